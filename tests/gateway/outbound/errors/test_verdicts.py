"""Verdicts by status and code, and how long to wait."""

import pytest

from gateway.outbound.errors import verdicts
from gateway.outbound.protocol import WireResponse

TABLE = {"1113": verdicts.NO_MONEY, "Throttling": verdicts.RATE, "Throttling.Hard": verdicts.QUOTA_RETURNS}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "caller"), (401, "disable"), (402, "disable"), (403, "retry"), (404, "retry"), (408, "retry"),
        (413, "caller"), (422, "caller"), (429, "cooldown"), (451, "filtered"), (500, "retry"), (502, "retry"),
        (503, "cooldown"), (529, "cooldown"), (302, "retry"), (200, "retry"),
    ],
)  # fmt: skip
def test_a_status_has_a_meaning(status: int, kind: str) -> None:
    assert verdicts.by_status(status).kind == kind


@pytest.mark.parametrize(
    ("code", "row"),
    [
        (1113, verdicts.NO_MONEY), ("1113", verdicts.NO_MONEY), ("Throttling.RateQuota", verdicts.RATE),
        ("Throttling.Hard", verdicts.QUOTA_RETURNS), ("Other", None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_a_code_is_looked_up_whole_and_by_its_family(code: str | int | None, row: verdicts.Verdict | None) -> None:
    assert verdicts.row_of(code, TABLE) is row


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.2"}, 2),
        ({"retry-after": "0"}, 0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 2),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
        ({"retry-after": "999999"}, verdicts.MAX_WAIT),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_headers(headers: dict[str, str], seconds: int | None) -> None:
    assert verdicts.retry_after(headers) == seconds


def test_an_error_status_is_kept_and_a_success_is_not() -> None:
    body = b'{"code": "1113", "message": "arrears"}'
    assert verdicts.judge(WireResponse(status=429, body=body), TABLE).status == 429
    assert verdicts.judge(WireResponse(status=200, body=body), TABLE).status == 402


def test_waiting_is_only_for_channels_that_come_back() -> None:
    headers = {"retry-after": "5"}
    assert verdicts.judge(WireResponse(status=401, body=b"{}", headers=headers), {}).retry_after is None
    assert verdicts.judge(WireResponse(status=429, body=b"{}", headers=headers), {}).retry_after == 5


def test_a_limit_that_returns_by_itself_is_left_alone_for_an_hour() -> None:
    body = b'{"code": "Throttling.Hard", "message": "x"}'
    assert verdicts.judge(WireResponse(status=429, body=body), TABLE).retry_after == verdicts.MAX_WAIT


def test_a_status_of_this_provider_in_particular_comes_before_the_general_one() -> None:
    fault = verdicts.judge(WireResponse(status=456, body=b""), {}, {456: verdicts.NO_MONEY})
    assert (fault.kind, fault.status) == ("disable", 456)
    assert "456" in fault.message
