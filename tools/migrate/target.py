"""The gateway that is moved to: a local run's data, a running local gateway, or a deployed stack."""

import argparse
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dotenv import load_dotenv

from gateway.config import StoreSettings
from gateway.store.context import Store, open_store
from local.emulator import choose, embedded
from local.environment import function_environment
from local.folders import owned, writable_folder
from local.places import TEMPLATE
from local.secret_keys import secret_keys
from local.tables import create_missing, dynamodb_client, read_tables
from tools.root_account import settings_of
from tools.stack import chosen


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that say which gateway."""
    group = parser.add_argument_group("where to (without --stack: the local run)")
    group.add_argument("--stack", default="", help="a deployed stack")
    group.add_argument("--region", default="")
    group.add_argument("--profile", default="", help="of AWS's configuration files")
    group.add_argument("--data-dir", default="./data", help="of the local run (default: %(default)s)")
    group.add_argument("--stack-name", default="one-api", help="of the local run's tables (default: %(default)s)")
    group.add_argument("--endpoint-url", default="", help="the database that a running local gateway prints")


@contextmanager
def target(options: argparse.Namespace) -> Generator[Store]:
    """Its tables, for the time of the block."""
    if options.stack:
        yield open_store(settings_of(chosen(options)))
        return
    load_dotenv(Path(".env"))  # as the local run does: a key that is set there seals what it reads
    folder = writable_folder(Path(options.data_dir).absolute(), "--data-dir")
    if options.endpoint_url:
        yield _local(options, folder, options.endpoint_url, has_data=True)
        return
    program = choose("auto")
    has_data = (folder / program.data_name).exists()
    with owned(folder), embedded(program, folder, folder) as emulator:
        yield _local(options, folder, emulator.endpoint, has_data=has_data)


def _local(options: argparse.Namespace, folder: Path, endpoint: str, *, has_data: bool) -> Store:
    prefix = f"{options.stack_name}-"
    secrets = secret_keys(folder, os.environ, has_data=has_data)
    os.environ.update(function_environment(os.environ, endpoint=endpoint, table_prefix=prefix, secrets=secrets))
    create_missing(read_tables(TEMPLATE, options.stack_name), dynamodb_client(endpoint))
    return open_store(StoreSettings.read())
