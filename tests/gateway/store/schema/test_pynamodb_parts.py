"""PynamoDB is loaded without botocore's client, and whoever needs that one afterwards gets it."""

import subprocess
import sys


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "shared"}, check=True, timeout=60)


def test_botocore_is_not_loaded_but_for_its_errors() -> None:
    run(
        "import sys, gateway.store.client.pynamo\n"
        "loaded = {name for name in sys.modules if name.startswith('botocore.') and 'vendored' not in name}\n"
        "assert loaded == {'botocore.exceptions'}, loaded"
    )


def test_who_asks_for_botocore_afterwards_gets_it_whole() -> None:
    run(
        "import gateway.store.client.pynamo\n"
        "import boto3, botocore.client\n"
        "client = boto3.client('sts', region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b')\n"
        "assert isinstance(client, botocore.client.BaseClient)"
    )


def test_what_was_loaded_before_stays_and_is_what_pynamodb_sees() -> None:
    run(
        "import botocore.client, botocore.exceptions\n"
        "before = botocore.client\n"
        "import gateway.store.client.pynamo, pynamodb.connection.base as base, sys\n"
        "assert sys.modules['botocore.client'] is before is botocore.client\n"
        "assert issubclass(base.BotocoreBaseClientPrivate, before.BaseClient)"
    )


def test_pynamodb_catches_the_very_errors_that_are_raised() -> None:
    run(
        "import gateway.store.client.pynamo, pynamodb.connection.base as base, botocore.exceptions\n"
        "assert base.ClientError is botocore.exceptions.ClientError\n"
        "assert base.BotoCoreError is botocore.exceptions.BotoCoreError"
    )
