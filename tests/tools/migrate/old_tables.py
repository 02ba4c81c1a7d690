"""Tables of other gateways as their migrations leave them, in one notation for every kind of database.

A column's kind is one of ``pk``, ``text``, ``char32`` and the like, ``int``, ``bool``, ``real``; ``!`` marks a word
that is reserved somewhere, which every database quotes in its own way anyhow.
"""

from collections.abc import Mapping

Columns = Mapping[str, str]
Schema = Mapping[str, Columns]


def _columns(text: str) -> dict[str, str]:
    return dict(part.split(":") for part in text.split())


ONE_API: Schema = {
    "users": _columns(
        "id:pk username:text password:text display_name:text role:int status:int email:text github_id:text "
        "wechat_id:text lark_id:text oidc_id:text access_token:char32 quota:int used_quota:int request_count:int "
        "group:text aff_code:text inviter_id:int"
    ),
    "tokens": _columns(
        "id:pk user_id:int key:char48 status:int name:text created_time:int accessed_time:int expired_time:int "
        "remain_quota:int unlimited_quota:bool used_quota:int models:text subnet:text"
    ),
    "channels": _columns(
        "id:pk type:int key:text status:int name:text weight:int created_time:int test_time:int response_time:int "
        "base_url:text other:text balance:real balance_updated_time:int models:text group:text used_quota:int "
        "model_mapping:text priority:int config:text system_prompt:text"
    ),
    "abilities": _columns("group:text model:text channel_id:int enabled:bool priority:int"),
    "redemptions": _columns(
        "id:pk user_id:int key:char32 status:int name:text quota:int created_time:int redeemed_time:int"
    ),
    "options": _columns("key:text value:text"),
    "logs": _columns(
        "id:pk user_id:int created_at:int type:int content:text username:text token_name:text model_name:text "
        "quota:int prompt_tokens:int completion_tokens:int channel_id:int request_id:text elapsed_time:int "
        "is_stream:bool system_prompt_reset:bool"
    ),
}


def without(schema: Schema, **columns: str) -> Schema:
    """An older schema: those columns of those tables came later."""
    return {
        table: {name: kind for name, kind in known.items() if name not in columns.get(table, "").split()}
        for table, known in schema.items()
    }


# 0.5: before keys had models and networks, channels settings and prompts, accounts Lark and OpenID Connect
ONE_API_05 = without(
    ONE_API,
    users="lark_id oidc_id",
    tokens="models subnet",
    channels="config system_prompt",
    logs="request_id elapsed_time is_stream system_prompt_reset",
)
# 0.3: before invitations, used quota of keys, priorities, balances, mappings
ONE_API_03 = without(
    ONE_API_05,
    users="lark_id oidc_id aff_code inviter_id access_token",
    tokens="models subnet used_quota",
    channels="config system_prompt priority model_mapping used_quota balance balance_updated_time",
    logs="request_id elapsed_time is_stream system_prompt_reset channel_id token_name",
)

NEW_API: Schema = {
    **ONE_API,
    "users": ONE_API["users"]
    | _columns(
        "discord_id:text telegram_id:text linux_do_id:text aff_count:int aff_quota:int aff_history:int "
        "deleted_at:text setting:text remark:text created_at:int last_login_at:int stripe_customer:text"
    ),
    "tokens": {name: kind for name, kind in ONE_API["tokens"].items() if name not in ("models", "subnet")}
    | _columns("model_limits_enabled:bool model_limits:text allow_ips:text group:text deleted_at:text"),
    "channels": {name: kind for name, kind in ONE_API["channels"].items() if name not in ("config", "system_prompt")}
    | _columns(
        "openai_organization:text test_model:text status_code_mapping:text auto_ban:int tag:text setting:text "
        "param_override:text header_override:text channel_info:text settings:text"
    ),
    "redemptions": ONE_API["redemptions"] | _columns("used_user_id:int expired_time:int deleted_at:text"),
    "logs": {name: kind for name, kind in ONE_API["logs"].items() if name != "elapsed_time"}
    | _columns("use_time:int token_id:int group:text other:text"),
    "two_fas": _columns("id:pk user_id:int secret:text is_enabled:bool"),
}
