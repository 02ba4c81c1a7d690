"""What the gateway's functions find in their environment when they run here."""

from collections.abc import Mapping

from gateway import __version__

DUMMY_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
DEFAULT_REGION = "us-east-1"


def function_environment(
    environment: Mapping[str, str],
    *,
    endpoint: str,
    table_prefix: str,
    secrets: Mapping[str, str],
    export_folder: str = "",
) -> dict[str, str]:
    """The variables to add. Credentials are made up only where none are configured: emulators check none."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    has_credentials = environment.get("AWS_ACCESS_KEY_ID") or environment.get("AWS_PROFILE")
    return {
        **({} if has_credentials else DUMMY_CREDENTIALS),
        **secrets,
        **({"EXPORT_FOLDER": environment.get("EXPORT_FOLDER") or export_folder} if export_folder else {}),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,  # the only one of the two that boto3 reads
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "TABLE_PREFIX": table_prefix,
        "SYNC_FREQUENCY": environment.get("SYNC_FREQUENCY") or "1",
        # Many requests share this process, so the next is near; a function has one at a time, and pays for waiting.
        "WALLET_LINGER": environment.get("WALLET_LINGER") or "20",
        "GATEWAY_VERSION": environment.get("GATEWAY_VERSION") or __version__,
    }
