"""What the API's document says of the whole: introduction, tags, statuses, headers, ways to show who one is."""

from typing import Any

from admin.web.session import COOKIE
from gateway.domain.login_providers import LOGIN_PROVIDERS

*_FIRST, _LAST = (provider.label for provider in LOGIN_PROVIDERS.values())
_PROVIDERS = f"{', '.join(_FIRST)} or {_LAST}"

INTRODUCTION = """\
Users, tokens (API keys), channels, quota, logs and options of the gateway. Clients of one-api's management API work
unchanged. `docs/api.md` in the repository explains signing in, answers, limits, and where we differ from one-api.

An answer is `{"success": true, "message": "", "data": ...}`. A refusal is `{"success": false, "message": "why", "code":
"invalid", "field": "name"}`, for most reasons with status 200, which is what one-api's clients expect: look at
`success`. `code` is one of a few and means the same on every route; `field` is there where one is at fault. Every
refusal a route knows is listed with it. Messages are Chinese, or English or
Japanese where `Accept-Language` begins with `en` or `ja`; what
stands in braces differs from case to case.

Both forms of an address, with and without a slash at its end, work. Quota is counted in quota units (`QuotaPerUnit` of
them, 500,000 unless changed, are one US dollar), times in unix seconds.

The relay's own routes (`/v1/...`) are those of OpenAI's API and are not part of this document.
"""

TAGS = {
    "status": "What the site shows before anybody signs in.",
    "announcements": "What the operator has to say, to whom, from when until when.",
    "account": "The caller's own account: signing in and out, profile, access token, second factor.",
    "passkeys": "Signing in with what a device or a security key holds, instead of a password.",
    "registration": "Becoming a user, proving an address, a forgotten password.",
    "sign-in elsewhere": f"Signing in with {_PROVIDERS}, and binding such an account.",
    "tokens": "The caller's API keys, which `/v1` takes.",
    "logs": "What was charged to whom: entries, sums, receipts, refunds.",
    "dashboard": "Consumption by day and model.",
    "models": "Which models there are, and which the caller may use.",
    "redemption codes": "Codes that credit quota to who redeems them.",
    "users": "Accounts, for administrators.",
    "channels": "Accounts at providers, to which requests are relayed; their tests, balances and tags.",
    "groups": "Names of the groups that users and channels belong to.",
    "options": "The operator's settings.",
    "jobs": "Work that otherwise runs at its time.",
    "configuration": "What the operator decided, as one document.",
    "audit": "What administrators did.",
    "limits": "What is used of limits and budgets.",
    "documents": "This document, and a page that shows it.",
}

STATUSES = {
    200: "Done, or refused: `success` tells which.",
    400: "The body is not what it must be.",
    401: "Neither a session nor an access token was presented.",
    403: "Not from here: another site made the browser ask, or a state is missing or used up.",
    404: "No such thing.",
    413: "The body has more than 1 MB.",
    429: "Too many requests; `Retry-After` tells how many seconds to wait.",
    500: "A fault of the gateway; it is logged under the request id.",
    502: "What was asked to do it failed.",
    503: "The database is too busy; try again.",
}

# Numbers in paths: what each is of, and an example.
IDS = {
    "user_id": ("Number of the account.", 2),
    "token_id": ("Number of the token.", 2),
    "channel_id": ("Number of the channel.", 1),
    "announcement_id": ("Number of the announcement.", 1),
    "code_id": ("Number of the redemption code.", 1),
}

HEADERS: dict[str, dict[str, Any]] = {
    "RequestId": {
        "description": "The number of this request, which logs and the audit know it by.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Limit": {
        "description": "The limit with the least left of those that this request was counted in; absent if in none.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Remaining": {
        "description": "How many requests that limit has left.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Reset": {
        "description": "Seconds after which its next window begins.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RetryAfter": {
        "description": "Seconds after which the request may be tried again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "TotalCount": {
        "description": "How many rows the list has; only for who asks with `total=true`, and where it can be counted.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "NextCursor": {
        "description": "Where the list goes on: send it as `cursor`. Absent at the end.",
        "schema": {"type": "string"},
    },
}

SECURITY_SCHEMES: dict[str, Any] = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by signing in."},
    "accessToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A system access token, bare or after `Bearer `; `GET /api/user/token` makes one.",
    },
}
