"""Giving memory back, again and again."""

import asyncio

import pytest

from local import trimming
from local.trimming import glibc_trim, keep_trimmed


async def test_memory_is_given_back_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimming, "SECONDS", 0)
    kept, thrice = list[int](), asyncio.Event()

    def trim(pad: int) -> None:
        kept.append(pad)
        if len(kept) == 3:
            thrice.set()

    task = asyncio.create_task(keep_trimmed(trim))
    await thrice.wait()
    task.cancel()
    assert kept[:3] == [0, 0, 0]


async def test_without_glibc_there_is_nothing_to_do() -> None:
    await keep_trimmed(None)


def test_what_this_machine_has_may_be_called() -> None:
    trim = glibc_trim()
    assert trim is None or trim(0) in (0, 1)
