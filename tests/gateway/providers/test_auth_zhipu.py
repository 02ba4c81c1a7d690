"""The token against PyJWT, and against one that one-api made."""

import jwt
import pytest

from gateway.providers.auth_zhipu import LIFETIME_MS, authorization, token

NOW = 1795450657367


def test_the_token_verifies_with_another_library() -> None:
    made = token("id1", "secret-of-more-than-thirty-two-bytes", NOW)
    claims = jwt.decode(
        made, "secret-of-more-than-thirty-two-bytes", algorithms=["HS256"], options={"verify_exp": False}
    )
    assert claims == {"api_key": "id1", "exp": NOW + LIFETIME_MS, "timestamp": NOW}
    assert jwt.get_unverified_header(made) == {"alg": "HS256", "sign_type": "SIGN", "typ": "JWT"}


def test_the_token_is_the_one_that_one_api_sends() -> None:
    assert authorization("id1.secret1", NOW) == (
        "eyJhbGciOiJIUzI1NiIsInNpZ25fdHlwZSI6IlNJR04iLCJ0eXAiOiJKV1QifQ."
        "eyJhcGlfa2V5IjoiaWQxIiwiZXhwIjoxNzk1NTM3MDU3MzY3LCJ0aW1lc3RhbXAiOjE3OTU0NTA2NTczNjd9."
        "AZRGVMoUcz5LpOm6lQb8vZ6FUIZ71idMfvLPulgcOQA"
    )


@pytest.mark.parametrize("key", ["plain", "id.", ".secret"])
def test_a_key_that_is_not_a_pair_is_sent_as_it_is(key: str) -> None:
    assert authorization(f" {key} ", NOW) == f"Bearer {key}"
