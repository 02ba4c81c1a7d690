"""What each receiver is sent, letter by letter, and how it says no."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.alarms.protocol import Alarm, Post
from gateway.alarms.receivers import webhook
from gateway.alarms.registry import MODULES, set_up
from gateway.domain.alarms import PUSHER, RECEIVERS
from gateway.domain.options import DEFAULTS, OPTIONS, parse
from gateway.security.safe_fetch import Fetched

AT = 1_800_000_000
HTML = "<p>渠道「a&lt;b」已被禁用。</p><p>Channel “a&lt;b” was taken out.</p>"
MESSAGE = Alarm("m-1", "channel_disabled", "Gate", "状态 / status", HTML, AT)
TEXT = "Gate: 状态 / status\n\n渠道「a<b」已被禁用。\n\nChannel “a<b” was taken out."
ADDRESS = "https://there.example/hook?access_token=t"


def posted(name: str, **settings: str) -> tuple[Post, Any]:
    post = MODULES[name].post({"address": ADDRESS, **settings}, MESSAGE)
    return post, json.loads(post.body)


def test_there_is_a_module_for_every_row_and_none_besides() -> None:
    assert MODULES.keys() == {*RECEIVERS, PUSHER}


def test_the_rooms_of_work_get_the_text() -> None:
    assert posted("feishu")[1] == {"msg_type": "text", "content": {"text": TEXT}}
    for name in ("dingtalk", "wecom"):
        assert posted(name)[1] == {"msgtype": "text", "text": {"content": TEXT}}
    assert posted("slack")[1] == {"text": TEXT.replace("<", "&lt;")}
    post, body = posted("telegram", address="", token="1:a", chat="-7")
    assert (post.url, body) == ("https://api.telegram.org/bot1:a/sendMessage", {"chat_id": "-7", "text": TEXT})


def test_a_webhook_is_signed_over_its_id_time_and_body() -> None:
    post, body = posted("webhook", secret="s3cret")
    assert body["type"] == "channel_disabled" and body["timestamp"] == AT
    assert (post.headers["webhook-id"], post.headers["webhook-timestamp"]) == ("m-1", str(AT))
    digest = hmac.new(b"s3cret", f"m-1.{AT}.".encode() + post.body, hashlib.sha256).digest()
    assert post.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert "webhook-signature" not in posted("webhook")[0].headers


def test_a_secret_of_standard_webhooks_is_taken_as_base64() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks"""
    secret, said = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, said)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_feishu_and_dingtalk_are_signed_in_their_own_ways() -> None:
    _, body = posted("feishu", secret="k")
    key = f"{AT}\nk".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert body["timestamp"] == str(AT)
    query = parse_qs(urlsplit(posted("dingtalk", secret="k")[0].url).query)
    digest = hmac.new(b"k", f"{AT}000\nk".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["t"], "timestamp": [f"{AT}000"], "sign": [base64.b64encode(digest).decode()]}


@pytest.mark.parametrize(("name", "most"), [("wecom", 2048), ("telegram", 4096), ("feishu", 20_000)])
def test_a_long_text_is_cut_to_what_is_taken(name: str, most: int) -> None:
    long = replace(MESSAGE, html=f"<p>{'长' * 50_000}</p>")
    body = json.loads(MODULES[name].post({"address": ADDRESS, "token": "t", "chat": "1"}, long).body)
    text = body.get("text") or body["content"]["text"]
    text = text if isinstance(text, str) else text["content"]
    assert most // 2 < len(text.encode()) <= most and text.endswith("…")


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("feishu", {"code": 0}, {"code": 19021, "msg": "sign match fail"}),
        ("feishu", {"StatusCode": 0}, {}),
        ("dingtalk", {"errcode": 0}, {"errcode": 310000, "errmsg": "keywords not in content"}),
        ("wecom", {"errcode": 0}, {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("telegram", {"ok": True}, {"ok": False, "description": "chat not found"}),
        (PUSHER, {"success": True}, {"success": False, "message": "bad token"}),
    ],
)
def test_a_refusal_with_status_200_is_one(name: str, yes: Any, no: Any) -> None:
    problem = MODULES[name].problem
    assert problem(Fetched(200, json.dumps(yes).encode())) == ""
    told = problem(Fetched(200, json.dumps(no).encode()))
    assert told and str(next((word for word in no.values() if isinstance(word, str)), "")) in told
    assert problem(Fetched(200, b"not JSON")) and problem(Fetched(500, json.dumps(yes).encode()))


@pytest.mark.parametrize("name", ["webhook", "slack"])
def test_a_status_is_the_answer_of_the_others(name: str) -> None:
    assert MODULES[name].problem(Fetched(200, b"ok")) == ""
    assert "404" in MODULES[name].problem(Fetched(404, b"no_service"))


def test_a_receiver_is_set_up_by_the_settings_it_needs() -> None:
    given = {"AlarmTelegramToken": "t", "AlarmSlackAddress": "https://s.example", "MessagePusherAddress": "https://p"}
    assert list(set_up(DEFAULTS | given)) == [PUSHER, "slack"]
    assert "telegram" in set_up(DEFAULTS | given | {"AlarmTelegramChat": "1"})


def test_every_setting_that_proves_something_is_a_secret() -> None:
    options = {name: option for name, option in OPTIONS.items() if name.startswith("Alarm")}
    opened = {name for name, option in options.items() if not option.secret}
    assert opened == {"AlarmTelegramChat", "AlarmRoutes", "AlarmMailTo"}


@pytest.mark.parametrize("value", ['{"nothing": []}', '{"job_failed": "mail"}', '{"job_failed": ["nobody"]}', "[]"])
def test_routes_that_lead_nowhere_are_refused(value: str) -> None:
    assert parse("AlarmRoutes", '{"job_failed": ["mail", "slack"], "quarantined": []}')
    with pytest.raises(ValueError, match="AlarmRoutes: must"):
        parse("AlarmRoutes", value)
