"""The steps of a local run, in order; each is told when it is done, and undone at the end."""

import asyncio
import gc
import os
import signal
import socket
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import uvloop
from dotenv import load_dotenv

from gateway.config import StoreSettings
from local import logs, messages
from local.app import Gateway
from local.emulator import Emulator, choose, dynoxide, embedded, ministack
from local.environment import function_environment
from local.failure import RunFailed
from local.folders import owned, writable_folder
from local.functions import GATEWAY, Functions, Parts
from local.options import Options, read_options
from local.places import BUILT_SITE, TEMPLATE
from local.schedules import Schedule, keep, read_schedules
from local.secret_keys import secret_keys
from local.served_site import served
from local.server import Server, listen, make_server
from local.static_site import built
from local.tables import create_missing, dynamodb_client, read_tables
from local.trimming import glibc_trim, keep_trimmed


def main(arguments: Sequence[str] | None = None, parts: Parts = GATEWAY) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code."""
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    load_dotenv(Path(".env"))
    try:
        _run(read_options(arguments, os.environ), parts, begun)
    except RunFailed as error:
        messages.failure(str(error))
        return 1
    except KeyboardInterrupt:
        pass  # while starting; a gateway that serves ends by returning
    messages.progress("stopped", "")
    return 0


def _run(options: Options, parts: Parts, begun: float) -> None:
    with ExitStack() as stack:
        writable_folder(options.data_dir, "--data-dir")
        writable_folder(options.log_dir, "--log-dir")
        listener = stack.enter_context(listen(options.host, options.port))
        stack.enter_context(owned(options.data_dir))
        logs.log_to(options.log_dir)
        schedules = read_schedules(os.environ)
        secrets = secret_keys(options.data_dir, os.environ, has_data=_has_data(options))
        emulator = stack.enter_context(_database(options))
        endpoint = emulator.endpoint if emulator else options.endpoint_url
        os.environ.update(
            function_environment(
                os.environ,
                endpoint=endpoint,
                table_prefix=options.table_prefix,
                secrets=secrets,
                export_folder=str(options.data_dir / "export"),
            )
        )
        _prepare_tables(options, endpoint)
        url = messages.url_of(options.host, listener.getsockname()[1])
        if credentials := parts.seed(os.environ):
            messages.first_start(credentials, url, password_was_chosen=bool(os.environ.get("INITIAL_ROOT_PASSWORD")))
        functions = parts.load()
        _settle()
        server = make_server(_application(functions), on_start=lambda: _announce(url, begun))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(server, listener, functions, schedules, emulator))


@contextmanager
def _database(options: Options) -> Generator[Emulator | None]:
    """The embedded DynamoDB, or none where an endpoint was given."""
    if options.endpoint_url:
        messages.progress("database", options.endpoint_url)
        yield None
        return
    program = choose(options.emulator)
    with embedded(program, options.data_dir, options.log_dir) as emulator:
        messages.progress("database", f"{program.name} at {emulator.endpoint}, data in {emulator.data}")
        yield emulator


def _has_data(options: Options) -> bool:
    return any((options.data_dir / program.data_name).exists() for program in (dynoxide(), ministack()))


def _prepare_tables(options: Options, endpoint: str) -> None:
    tables = read_tables(TEMPLATE, options.stack_name)
    made = create_missing(tables, dynamodb_client(endpoint, StoreSettings.read(os.environ).region))
    messages.progress("tables", f"{len(tables)} named {options.table_prefix}*, {len(made)} made now")


def _application(functions: Functions) -> Gateway:
    messages.progress("site", str(BUILT_SITE) if built() else "not built: make frontend/.built")
    return Gateway(relay=functions.relay, admin=functions.admin, site=served(BUILT_SITE))


async def _serve(
    server: Server, listener: socket.socket, functions: Functions, schedules: list[Schedule], emulator: Emulator | None
) -> None:
    """Serve until a signal, or until the embedded DynamoDB ends by itself."""
    async with server.gateway.lifespan():
        beside = [asyncio.create_task(keep(schedules, functions.cron)), asyncio.create_task(keep_trimmed(glibc_trim()))]
        if emulator:
            beside.append(asyncio.create_task(_watch(emulator, server)))
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    if emulator and not emulator.running():
        raise RunFailed("the embedded DynamoDB ended by itself; see dynamodb.log in the log folder, then start again")


async def _watch(emulator: Emulator, server: Server) -> None:
    while emulator.running():  # noqa: ASYNC110 (a thread waiting for it could not be ended before it)
        await asyncio.sleep(1)
    server.should_exit = True


def _announce(url: str, begun: float) -> None:
    logs.gather()
    messages.progress("ready", f"{url} after {time.monotonic() - begun:.1f} s; Ctrl-C stops everything")


def _settle() -> None:
    """What is loaded stays: not looked through for garbage again and again, which took 8 % of every request's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
