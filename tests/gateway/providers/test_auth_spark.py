"""Spark's signed URL against a recorded signature, and taken apart again."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.providers.auth_spark import read_key, signature, signed_url

KEY = "APPID|APISECRET|APIKEY"
NOW = 1795449819  # Mon, 23 Nov 2026 16:03:39


def test_the_signature_is_the_recorded_one() -> None:
    date = "Mon, 23 Nov 2026 16:03:39 UTC"
    made = signature("127.0.0.1:9998", date, "/v3.1/chat", "APISECRET")
    assert made == "3WyKN9xd6Ai6rzaepWickafcRXoXbXrPfFPwm84dI+c="


def test_the_signature_is_the_one_that_iflytek_works_out() -> None:
    """The example of https://www.xfyun.cn/doc/spark/general_url_authentication.html."""
    date = "Fri, 05 May 2023 10:43:39 GMT"
    made = signature("spark-api.xf-yun.com", date, "/v1.1/chat", "MjlmNzkzNmZkMDQ2OTc0ZDdmNGE2ZTZi")
    assert made == "z5gHdu3pxVV4ADMyk467wOWDQ9q6BQzR3nfMTjc/DaQ="


def test_the_url_carries_what_was_signed() -> None:
    url = urlsplit(signed_url(KEY, "", "/v3.5/chat", NOW))
    query = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
    assert (url.scheme, url.netloc, url.path) == ("wss", "spark-api.xf-yun.com", "/v3.5/chat")
    assert query["host"] == "spark-api.xf-yun.com"
    assert query["date"] == "Mon, 23 Nov 2026 16:03:39 GMT"
    fields = base64.b64decode(query["authorization"]).decode()
    expected = signature(query["host"], query["date"], "/v3.5/chat", "APISECRET")
    assert fields == (
        f'api_key="APIKEY", algorithm="hmac-sha256", headers="host date request-line", signature="{expected}"'
    )


@pytest.mark.parametrize(
    ("base_url", "start"),
    [
        ("ws://127.0.0.1:9998", "ws://127.0.0.1:9998/v1.1/chat?"),
        ("http://127.0.0.1:9998/", "ws://127.0.0.1:9998/v1.1/chat?"),
        ("https://proxy.example.com/spark/", "wss://proxy.example.com/spark/v1.1/chat?"),
    ],
)
def test_the_base_url_is_honoured(base_url: str, start: str) -> None:
    assert signed_url(KEY, base_url, "/v1.1/chat", NOW).startswith(start)


@pytest.mark.parametrize("key", ["a|b", "a|b|", "a|b|c|d", ""])
def test_a_key_of_another_form_is_explained(key: str) -> None:
    with pytest.raises(ValueError, match="the secret before the key"):
        read_key(key)
