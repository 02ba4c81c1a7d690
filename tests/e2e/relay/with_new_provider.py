"""``python -m tests.e2e.relay.with_new_provider``: the local gateway, whose catalogue has one row more."""

import runpy
from typing import cast

from gateway.providers import catalog
from gateway.providers.spec import Provider

TYPE = 900
ROW = Provider(
    id=TYPE,
    name="Newcomer",
    base_url="http://nowhere.invalid",
    operations=("chat",),
    paths={"chat": "/serving/{tenant}/chat/completions"},
    auth="api-key",
    owner="newcomer",
)

if __name__ == "__main__":
    cast(dict[int, Provider], catalog.PROVIDERS)[TYPE] = ROW
    runpy.run_module("local", run_name="__main__")
