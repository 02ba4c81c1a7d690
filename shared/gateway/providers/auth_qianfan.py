"""Baidu Qianfan v1's access token: fetched with an API key and its secret, good for thirty days.

https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Ilkkrb0i5. The token's address is on the channel's base URL like everything
else. Who keeps tokens drops one at a code of ``STALE`` and fetches another before giving up.
"""

from dataclasses import replace
from urllib.parse import quote, urlencode

from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of
from gateway.outbound.protocol import Fault, ProviderFault, WireRequest, WireResponse
from gateway.outbound.qianfan.error_codes import FAULTS
from gateway.wire.json import string, whole

STALE = frozenset({100, 110, 111})  # error codes that mean the token, not the key
REFRESH_EARLY = 3600  # seconds before its end that a token is replaced


def read_key(key: str) -> tuple[str, str]:
    """API key and secret key of ``APIKey|SecretKey``; raises ``ValueError`` that says what is wrong."""
    parts = [part.strip() for part in key.split("|")]
    if len(parts) != 2 or not all(parts):
        raise ValueError("the key must be APIKey|SecretKey, two parts separated by |")
    return parts[0], parts[1]


def token_call(key: str) -> WireRequest:
    """The request for a token; raises ``ValueError`` for a key of another form."""
    id, secret = read_key(key)
    query = urlencode({"grant_type": "client_credentials", "client_id": id, "client_secret": secret})
    headers = {"content-type": "application/json", "accept": "application/json"}
    return WireRequest(path=f"/oauth/2.0/token?{query}", headers=headers)


def read_token(reply: WireResponse) -> tuple[str, int]:
    """The token and the seconds it lives; raises ``ProviderFault`` (a refusal disables the channel)."""
    if reply.status >= 500:
        raise ProviderFault(verdicts.judge(reply, FAULTS))
    body = json_of(reply)
    token = string(body.get("access_token"))
    if token and not body.get("error"):
        return token, whole(body.get("expires_in")) or REFRESH_EARLY * 2
    raise ProviderFault(_refused(string(body.get("error")), string(body.get("error_description")), reply))


def _refused(error: str, description: str, reply: WireResponse) -> Fault:
    text = f"Qianfan gave no access token: {description or error or 'no reason given'}"
    verdict = verdicts.BAD_KEY if error else verdicts.by_status(reply.status)
    return verdicts.fault(text, verdict, status=reply.status, headers=reply.headers, code=error or None)


def with_token(call: WireRequest, token: str) -> WireRequest:
    """The call with the token in its query."""
    joint = "&" if "?" in call.path else "?"
    return replace(call, path=f"{call.path}{joint}access_token={quote(token, safe='')}")
