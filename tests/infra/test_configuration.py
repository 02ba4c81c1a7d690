"""Settings stand in three places that must agree: the code, the template and docs/operations.md."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gateway.config import (
    AdminSettings,
    ExportSettings,
    RelaySettings,
    StoreSettings,
    aws_keys,
    metric_namespace,
    runtime_api_port,
)
from local.places import ROOT, TEMPLATE
from local.schedules import FREQUENCIES
from local.tables import read_template

DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
BY_SCHEDULE = {
    "CHANNEL_TEST_FREQUENCY",
    "CHANNEL_UPDATE_FREQUENCY",
    "MODEL_LIST_FREQUENCY",
}  # a schedule's rate on AWS, a timer's locally
TIMERS = {frequency.variable: str(frequency.default) for frequency in FREQUENCIES}
LOCAL_ONLY = {"PORT", *TIMERS} - BY_SCHEDULE
FIRST_START = {"INITIAL_ROOT_PASSWORD", "INITIAL_ROOT_TOKEN", "INITIAL_ROOT_ACCESS_TOKEN"}
NOT_SETTINGS = {"AWS_LAMBDA_EXEC_WRAPPER", "SECRETS_REVISION"}  # for Lambda and for CloudFormation
ON_AWS = {"RelayMaxBody": "6291456"}  # what Lambda takes; any other host takes what the code does
OF_THE_STACK = {"TABLE_PREFIX", "METRIC_NAMESPACE", "GATEWAY_VERSION"}  # defaults are the stack's

# What one-api's README and code read.
ONE_API = (
    "PORT", "GIN_MODE", "DEBUG", "DEBUG_SQL", "TZ", "SESSION_SECRET", "SQL_DSN", "LOG_SQL_DSN", "SQLITE_PATH",
    "SQLITE_BUSY_TIMEOUT", "SQL_MAX_IDLE_CONNS", "SQL_MAX_OPEN_CONNS", "SQL_MAX_LIFETIME", "SQL_CONN_MAX_LIFETIME",
    "REDIS_CONN_STRING", "REDIS_PASSWORD", "REDIS_MASTER_NAME", "SYNC_FREQUENCY", "MEMORY_CACHE_ENABLED",
    "NODE_TYPE", "FRONTEND_BASE_URL", "CHANNEL_TEST_FREQUENCY", "CHANNEL_UPDATE_FREQUENCY", "POLLING_INTERVAL",
    "BATCH_UPDATE_ENABLED", "BATCH_UPDATE_INTERVAL", "RELAY_TIMEOUT", "RELAY_PROXY", "USER_CONTENT_REQUEST_PROXY",
    "USER_CONTENT_REQUEST_TIMEOUT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GEMINI_SAFETY_SETTING",
    "GEMINI_VERSION", "THEME", "GLOBAL_API_RATE_LIMIT", "GLOBAL_WEB_RATE_LIMIT", "ENABLE_METRIC",
    "METRIC_QUEUE_SIZE", "METRIC_SUCCESS_RATE_THRESHOLD", "METRIC_SUCCESS_CHAN_SIZE", "METRIC_FAIL_CHAN_SIZE",
    "INITIAL_ROOT_TOKEN", "INITIAL_ROOT_ACCESS_TOKEN", "ONLY_ONE_LOG_FILE", "ENFORCE_INCLUDE_USAGE", "TEST_PROMPT",
    "TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", "REACT_APP_SERVER", "REACT_APP_VERSION",
)  # fmt: skip


class Noting(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return default


def read_by_code() -> set[str]:
    environment = Noting()
    for read in (
        StoreSettings.read,
        RelaySettings.read,
        AdminSettings.read,
        ExportSettings.read,
        metric_namespace,
        aws_keys,
    ):
        read(environment)
    runtime_api_port(environment)
    return environment.asked | {"AWS_SESSION_TOKEN"}  # asked for only where there are keys


def rows(columns: int) -> Iterator[list[str]]:
    for line in DOCUMENT.splitlines():
        cells = re.split(r"\s*\|\s*", line)[1:-1]
        if line.startswith("| `") and len(cells) == columns:
            yield cells


def names(cell: str) -> list[str]:
    return re.findall(r"`([A-Z][A-Z_]+)`", cell)


DOCUMENTED = {name: cells for cells in rows(4) for name in names(cells[0])}
REPLACED = {name: cells for cells in rows(3) for name in names(cells[0])}
PARAMETERS: Mapping[str, Any] = read_template(TEMPLATE)["Parameters"]


def environments() -> dict[str, dict[str, Any]]:
    """Function to what the template gives it."""
    template = read_template(TEMPLATE)
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    functions = {n: r for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    return {
        name: shared | function["Properties"].get("Environment", {}).get("Variables", {})
        for name, function in functions.items()
    }


def test_every_variable_that_is_read_is_documented_and_none_besides() -> None:
    assert TIMERS.keys() >= BY_SCHEDULE
    assert DOCUMENTED.keys() == read_by_code() | LOCAL_ONLY | BY_SCHEDULE | FIRST_START


def test_every_variable_of_one_api_works_or_is_replaced_with_a_reason() -> None:
    assert set(ONE_API) <= DOCUMENTED.keys() | REPLACED.keys()
    assert not DOCUMENTED.keys() & REPLACED.keys()
    for name, (_, instead, why) in REPLACED.items():
        assert instead and why, name
        assert set(names(instead)) <= DOCUMENTED.keys(), name


def test_each_function_is_given_what_its_settings_read() -> None:
    given = environments()
    of_lambda = {name for name in read_by_code() if name.startswith("AWS_")}
    of_lambda |= {"WALLET_LINGER"}  # a function serves one request at a time, so that nothing comes to wait for
    common = Noting()
    StoreSettings.read(common), RelaySettings.read(common), metric_namespace(common)
    admin = Noting()
    AdminSettings.read(admin)
    assert given["RelayFunction"].keys() >= common.asked - of_lambda
    assert given["CronFunction"].keys() >= common.asked - of_lambda | {
        "FETCH_ALLOWED_HOSTS",
        "SES_IDENTITY",
        "EXPORT_BUCKET",
    }
    assert given["AdminFunction"].keys() >= (common.asked | admin.asked) - of_lambda
    for name, variables in given.items():
        assert variables.keys() - NOT_SETTINGS <= read_by_code(), name


@pytest.mark.parametrize("variable", sorted(DOCUMENTED))
def test_the_documented_parameter_sets_the_variable(variable: str) -> None:
    parameter = DOCUMENTED[variable][2].strip("`")
    given = {name: variables[variable] for name, variables in environments().items() if variable in variables}
    by_parameter = {
        value["Ref"] for value in given.values() if isinstance(value, dict) and value.get("Ref") in PARAMETERS
    }
    if variable in BY_SCHEDULE:
        assert parameter in PARAMETERS
    else:
        assert by_parameter == ({parameter} if parameter else set())


@pytest.mark.parametrize("variable", sorted(DOCUMENTED))
def test_defaults_agree(variable: str) -> None:
    """The documented default is what the template passes, and what the code does without it."""
    default, parameter = (cell.strip("`") for cell in DOCUMENTED[variable][1:3])
    if parameter and variable not in OF_THE_STACK:
        assert str(PARAMETERS[parameter]["Default"]) == ON_AWS.get(parameter, default)
    assert TIMERS.get(variable, default) == default
    given = {variable: default} if default else {}
    assert StoreSettings.read(given) == StoreSettings.read({})
    assert RelaySettings.read(given) == RelaySettings.read({})
    assert AdminSettings.read(given) == AdminSettings.read({})
    assert metric_namespace(given) == metric_namespace({})
