"""Settings: the only reader of the environment. One typed object per function.

docs/operations.md describes every variable; a test compares that table with these classes.
"""

import os
from collections.abc import Mapping

from gateway.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where the tables are and what opens the credentials kept in them."""

    table_prefix: str
    region: str
    endpoint: str  # of DynamoDB
    encryption_key: str  # 32 bytes in base64; may be followed by older keys after commas

    @classmethod
    def read(cls, env: Mapping[str, str] = os.environ) -> "StoreSettings":
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or "us-east-1"
        endpoint = (
            env.get("AWS_ENDPOINT_URL_DYNAMODB")
            or env.get("AWS_ENDPOINT_URL")
            or f"https://dynamodb.{region}.{'amazonaws.com.cn' if region.startswith('cn-') else 'amazonaws.com'}"
        )
        return cls(
            table_prefix=env.get("TABLE_PREFIX", "one-api-"),
            region=region,
            endpoint=endpoint,
            encryption_key=env.get("ENCRYPTION_KEY", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """Where entries of closed days are taken along to; nowhere if both are empty."""

    bucket: str  # of S3
    folder: str  # of this machine

    @classmethod
    def read(cls, env: Mapping[str, str] = os.environ) -> "ExportSettings":
        return cls(bucket=env.get("EXPORT_BUCKET", "").strip(), folder=env.get("EXPORT_FOLDER", "").strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """What an operator may tune about relaying. Times in seconds; 0 switches a limit off."""

    sync_frequency: int  # how long channels, options and callers may be served from memory
    relay_timeout: int  # the whole upstream exchange
    connect_timeout: int
    first_byte_timeout: int
    idle_timeout: int  # between two chunks of a stream
    keep_alive: int  # silence after which the caller gets a comment
    hold_ttl: int  # how long a hold may stay open before the sweeper returns it
    wallet_linger: int  # milliseconds that a finished hold may wait to be taken out with the next one's coming in
    drain_limit: int  # how long an upstream stream is read on after its caller has left
    max_body: int  # bytes of a request
    relay_proxy: str
    user_content_proxy: str
    user_content_timeout: int
    user_content_allow: str  # networks that users' URLs may point at although they are not public
    gemini_safety_setting: str
    gemini_version: str
    debug: bool

    @classmethod
    def read(cls, env: Mapping[str, str] = os.environ) -> "RelaySettings":
        return cls(
            sync_frequency=integer(env, "SYNC_FREQUENCY", 10),
            relay_timeout=integer(env, "RELAY_TIMEOUT", 0),
            connect_timeout=integer(env, "RELAY_CONNECT_TIMEOUT", 10),
            first_byte_timeout=integer(env, "RELAY_FIRST_BYTE_TIMEOUT", 300),
            idle_timeout=integer(env, "RELAY_IDLE_TIMEOUT", 300),
            keep_alive=integer(env, "RELAY_KEEP_ALIVE", 15),
            hold_ttl=integer(env, "HOLD_TTL", 1200),
            wallet_linger=max(0, integer(env, "WALLET_LINGER", 0)),
            drain_limit=integer(env, "RELAY_DRAIN_LIMIT", 300),
            max_body=integer(env, "RELAY_MAX_BODY", 16 * 1024 * 1024),
            relay_proxy=env.get("RELAY_PROXY", ""),
            user_content_proxy=env.get("USER_CONTENT_REQUEST_PROXY", ""),
            user_content_timeout=integer(env, "USER_CONTENT_REQUEST_TIMEOUT", 30),
            user_content_allow=env.get("USER_CONTENT_ALLOW_NETWORKS", ""),
            gemini_safety_setting=env.get("GEMINI_SAFETY_SETTING", ""),
            gemini_version=env.get("GEMINI_VERSION", ""),
            debug=boolean(env, "DEBUG"),
        )

    def channel_defaults(self, dialect: str) -> dict[str, str]:
        """What the operator set for every channel of a dialect; a channel's own config wins."""
        if dialect != "gemini":
            return {}
        chosen = {"gemini_safety_setting": self.gemini_safety_setting, "api_version": self.gemini_version}
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """What an operator may tune about the management API."""

    session_secret: str
    sync_frequency: int
    global_api_rate_limit: int  # requests per address in three minutes; 0: off
    global_web_rate_limit: int
    cron_function: str  # name of the function that runs jobs on demand
    edge_secret: str  # by which CloudFront proves that it tells the browser's address and host
    fetch_allowed_hosts: tuple[str, ...]  # hosts, or host:port, that settings may lead to though not public
    ses_identity: str  # the verified domain or address that mail goes out from by SES; empty: by SMTP
    relay_proxy: str
    relay_base_url: str  # where clients call the relay; empty where it is at the site's own address
    theme: str  # of the site, until the option Theme is set
    version: str

    @classmethod
    def read(cls, env: Mapping[str, str] = os.environ) -> "AdminSettings":
        return cls(
            session_secret=env.get("SESSION_SECRET", ""),
            sync_frequency=integer(env, "SYNC_FREQUENCY", 10),
            global_api_rate_limit=integer(env, "GLOBAL_API_RATE_LIMIT", 480),
            global_web_rate_limit=integer(env, "GLOBAL_WEB_RATE_LIMIT", 240),
            cron_function=env.get("CRON_FUNCTION", ""),
            edge_secret=env.get("EDGE_SECRET", ""),
            fetch_allowed_hosts=names(env, "FETCH_ALLOWED_HOSTS"),
            ses_identity=env.get("SES_IDENTITY", "").strip(),
            relay_proxy=env.get("RELAY_PROXY", ""),
            relay_base_url=env.get("RELAY_BASE_URL", ""),
            theme=env.get("THEME") or "default",
            version=env.get("GATEWAY_VERSION", ""),
        )


def integer(env: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from the environment; anything unreadable is the default, as one-api has it."""
    try:
        return int(env.get(name, ""))
    except ValueError:
        return default


def names(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Comma-separated names from the environment, trimmed."""
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def boolean(env: Mapping[str, str], name: str, default: bool = False) -> bool:
    """True for exactly ``true`` (in any case), the default when unset."""
    value = env.get(name, "")
    return value.lower() == "true" if value else default


def metric_namespace(env: Mapping[str, str] = os.environ) -> str:
    """CloudWatch's namespace for the gateway's figures: the stack's name, so that two stacks stay apart."""
    return env.get("METRIC_NAMESPACE") or "OneApi"


def aws_keys(env: Mapping[str, str] = os.environ) -> tuple[str, str, str] | None:
    """Access key, secret key and session token, where the process was given them; Lambda's are."""
    access, secret = env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")
    return (access, secret, env.get("AWS_SESSION_TOKEN", "")) if access and secret else None


def runtime_api_port(env: Mapping[str, str] = os.environ) -> int:
    """The port on this machine at which Lambda hands out the requests of other callers; 0 where there is none."""
    port = (env.get("AWS_LAMBDA_RUNTIME_API") or "").rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() else 0
