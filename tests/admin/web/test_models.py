"""Models are built at their first use, be it by many threads at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import ValidationError

from admin.web.fields import Shown

THREADS = 8


def test_threads_that_use_a_model_first_all_get_its_own_validators() -> None:
    for _ in range(20):

        class Inner(Shown):
            number: int

        class Outer(Shown):
            inner: Inner
            text: str = "x"

        together = Barrier(THREADS)

        def made(number: int, outer: type[Outer] = Outer, inner: type[Inner] = Inner, at: Barrier = together) -> Outer:
            at.wait(timeout=30)
            with pytest.raises(ValidationError):
                inner.model_validate({"number": "none"})
            return outer(inner=inner(number=number))

        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(made, range(THREADS)))
        assert [one.inner.number for one in found] == list(range(THREADS))
        assert {one.text for one in found} == {"x"}
