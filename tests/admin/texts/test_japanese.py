"""Messages in Japanese: each has one, with the same values in it."""

import re

from admin.texts import mails, messages, options
from admin.texts.messages import Text
from tests.admin.api import Api

ALL = [value for module in (messages, mails) for value in vars(module).values() if isinstance(value, Text) and value.en]
NAMES = re.compile(r"\{(\w+)\}")
LETTERS = re.compile(r"[\u3040-\u30ff]")


def test_every_message_is_translated_with_its_values() -> None:
    for text in ALL:
        assert sorted(NAMES.findall(text.ja)) == sorted(NAMES.findall(text.en)), text.en
        assert LETTERS.search(text.ja) or text.en == "{reason}", text.en


def test_who_asks_for_japanese_gets_it_with_what_was_wrong(api: Api) -> None:
    headers = {"accept-language": "ja-JP,ja;q=0.9,en;q=0.8"}
    answer = api.raw("GET", "/api/user/self", headers=headers).json()
    assert answer["message"] == "権限がありません。ログインしておらず、アクセストークンもありません"
    answer = api.root.put("/api/option/", {"key": "RetryTimes", "value": "x"}, headers=headers)
    assert answer["message"].startswith("値が正しくありません：RetryTimes")


def test_mails_are_written_in_japanese_with_what_they_tell() -> None:
    mail = mails.reset("ゲート", "https://gate.example", "a@b.example", "t1")
    assert mail.subject.ja == "パスワードの再設定"
    assert 'href="https://gate.example/user/reset?email=a%40b.example&amp;token=t1"' in mail.body.ja
    assert "10 分" in mail.body.ja and "<p>ゲート で" in mail.body.ja
    assert "<strong>123456</strong>" in mails.verification("x", "123456").body.ja


def test_every_option_is_described_in_japanese() -> None:
    assert [key for key, said in options.texts().items() if not LETTERS.search(said.ja)] == []
