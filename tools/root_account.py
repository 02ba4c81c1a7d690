"""The root account of a deployed stack: made once, or given a new password when the old one is lost.

    python -m tools.root_account --stack one-api
    python -m tools.root_account --stack one-api --new-password

It runs with the operator's own AWS credentials (the tables, and the secret with ENCRYPTION_KEY), so that no function
may do what only this does, and no log ever holds a password. INITIAL_ROOT_PASSWORD, INITIAL_ROOT_TOKEN and
INITIAL_ROOT_ACCESS_TOKEN choose what is otherwise made up or left out.
"""

import os
import sys
from collections.abc import Mapping

from local.places import ROOT
from tools.stack import Stack, StackMissing, chosen, parser_for

sys.path.insert(0, str(ROOT / "shared"))

from gateway.config import StoreSettings
from gateway.security.generated import alphanumeric
from gateway.security.passwords import hash_password
from gateway.store.accounts import users
from gateway.store.accounts.bootstrap import ROOT_ID, RootCredentials, first_start
from gateway.store.context import open_store
from gateway.upkeep.keep_names import keep_names
from gateway.upkeep.seal_settings import seal_settings
from tools import canary


def settings_of(stack: Stack) -> StoreSettings:
    """What opens the stack's tables."""
    secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["EncryptionKeyArn"])
    named = {"TABLE_PREFIX": stack.outputs["TablePrefix"], "ENCRYPTION_KEY": secret["SecretString"]}
    return StoreSettings.read({**os.environ, "AWS_REGION": stack.region, **named})


def make(settings: StoreSettings, environment: Mapping[str, str]) -> RootCredentials | None:
    """Make the account; ``None`` if there is one. What older versions left behind is put right."""
    seal_settings(settings)
    keep_names(settings)
    return first_start(
        settings,
        root_password=environment.get("INITIAL_ROOT_PASSWORD"),
        root_token=environment.get("INITIAL_ROOT_TOKEN"),
        root_access_token=environment.get("INITIAL_ROOT_ACCESS_TOKEN"),
    )


def new_password(settings: StoreSettings, environment: Mapping[str, str]) -> str:
    """Give root a new password; its sessions and its access token end. ``ValueError`` when there is no root."""
    store = open_store(settings)
    root = users.get(store, ROOT_ID)
    if root is None:
        raise ValueError("there is no root account yet; leave --new-password out to make it")
    password = environment.get("INITIAL_ROOT_PASSWORD") or alphanumeric(20)
    users.change(store, root, {"password": hash_password(password), **users.all_out(root)})
    return password


def main(arguments: list[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--new-password", action="store_true", help="the old one is lost")
    options = parser.parse_args(arguments)
    try:
        stack = chosen(options)
        settings = settings_of(stack)
        canary.put(stack.client("dynamodb"), settings)
        if options.new_password:
            print(f"root account: the password is now {new_password(settings, os.environ)}")
        elif made := make(settings, os.environ):
            print(f"root account: made; username {made.username}, password {made.password}")
        else:
            print("root account: was there already")
    except (StackMissing, ValueError) as error:
        print(f"root account: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
