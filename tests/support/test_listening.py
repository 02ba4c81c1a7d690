"""Nothing outlives the servers that tests start within their own loop."""

import asyncio
import gc
import socket
import warnings

import pytest

from tests.support.listening import listening


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.read()
    finally:
        writer.close()


async def _end_after(turns: int) -> None:
    """A client connects, which the system does by itself; the loop hears of it a turn later, and is over soon."""
    async with listening(_silent) as address:
        host, port = address.split(":")
        with socket.create_connection((host, int(port))):
            for _ in range(turns):
                await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_is_closed_however_soon_the_end_comes(turns: int) -> None:
    """With ``asyncio.start_server`` the third turn is the one at which it is left open."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(_end_after(turns))
        gc.collect()
