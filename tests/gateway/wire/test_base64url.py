"""Base64 without padding, there and back."""

import pytest

from gateway.wire import base64url


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff\xfe", "-__-")]
)
def test_bytes_go_there_and_back(data: bytes, text: str) -> None:
    assert base64url.encode(data) == text
    assert base64url.decode(text) == data


def test_what_cannot_be_decoded_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="base64"):
        base64url.decode("A")


def test_an_object_is_written_without_blanks() -> None:
    assert base64url.decode(base64url.encode_json({"alg": "HS256", "n": 1})) == b'{"alg":"HS256","n":1}'
