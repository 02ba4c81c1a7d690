"""What the functions find in their environment."""

from local.environment import function_environment


def made(environment: dict[str, str]) -> dict[str, str]:
    return function_environment(
        environment, endpoint="http://127.0.0.1:1", table_prefix="x-", secrets={"ENCRYPTION_KEY": "k"}
    )


def test_an_empty_environment_gets_all_they_need() -> None:
    assert made({}) | {"GATEWAY_VERSION": "v"} == {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
        "ENCRYPTION_KEY": "k",
        "GATEWAY_VERSION": "v",
        "SYNC_FREQUENCY": "1",
        "TABLE_PREFIX": "x-",
        "WALLET_LINGER": "20",
    }


def test_exported_days_go_where_one_says_or_into_the_data_folder() -> None:
    given = {"endpoint": "http://127.0.0.1:1", "table_prefix": "x-"}
    made = function_environment({}, **given, secrets={}, export_folder="/data/export")
    assert made["EXPORT_FOLDER"] == "/data/export"
    own = function_environment({"EXPORT_FOLDER": "/mine"}, **given, secrets={}, export_folder="/data/export")
    assert own["EXPORT_FOLDER"] == "/mine"


def test_real_credentials_region_and_settings_stay() -> None:
    for credential in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        assert "AWS_SECRET_ACCESS_KEY" not in made({credential: "mine"})
    assert made({"AWS_DEFAULT_REGION": "eu-west-1"})["AWS_REGION"] == "eu-west-1"
    assert made({"SYNC_FREQUENCY": "9"})["SYNC_FREQUENCY"] == "9"
