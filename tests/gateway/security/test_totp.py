"""One-time passwords by time: the vectors of RFC 6238, appendix B (eight digits there, the last six here)."""

from base64 import b32encode

import pytest

from gateway.security import totp

SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("time", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(time: int, code: str) -> None:
    assert totp.code_at(SECRET, time // totp.STEP) == code[2:]
    assert totp.matching_step(SECRET, code[2:], time) == time // totp.STEP


def test_a_clock_may_be_one_step_off_and_no_more() -> None:
    code = totp.code_at(SECRET, 100)
    assert [totp.matching_step(SECRET, code, step * 30) for step in range(98, 103)] == [None, 100, 100, 100, None]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12a456", "１２３４５６", " 123456"])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert totp.matching_step(SECRET, code, 59) is None


def test_a_secret_is_new_each_time_and_its_address_names_system_and_account() -> None:
    assert totp.new_secret() != totp.new_secret()
    assert (
        totp.uri("ABC", issuer="One: API", account="a b")
        == "otpauth://totp/One%20%20API:a%20b?secret=ABC&issuer=One++API"
    )
