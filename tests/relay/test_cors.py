"""What a page in a browser may send to the relay, and what it may read of the answer."""

import pytest

from tests.e2e.support import MODEL, Account, Channel

PAGE = {"origin": "https://app.example"}
LISTED = ("authorization", "content-type", "x-api-key", "x-goog-api-key", "anthropic-version", "anthropic-beta")


def allowed(account: Account, asked: str | None) -> list[str]:
    sent = PAGE | ({} if asked is None else {"access-control-request-headers": asked})
    answer = account.http.request("OPTIONS", "/v1/chat/completions", headers=sent)
    assert answer.status_code == 204
    return answer.headers["access-control-allow-headers"].split(", ")


def test_what_vendors_libraries_send_is_allowed_by_name(account: Account) -> None:
    names = allowed(account, None)
    assert names[0] == "*"
    assert set(LISTED) <= set(names)


def test_what_a_page_names_is_allowed_too_and_once(account: Account) -> None:
    names = allowed(account, "Authorization,x-stainless-lang, x-of-mine")
    assert {"x-stainless-lang", "x-of-mine"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("asked", ["", "a:b", "a" * 2001, "<b>"])
def test_what_is_no_list_of_names_is_not_repeated(account: Account, asked: str) -> None:
    assert allowed(account, asked) == allowed(account, None)


def test_a_page_reads_the_request_id_and_what_is_left(account: Account, channel: Channel) -> None:
    answer = account.post({"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}, headers=PAGE)
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"x-oneapi-request-id", "retry-after", "x-ratelimit-remaining-requests"} <= set(exposed)
    account.settled(1)
