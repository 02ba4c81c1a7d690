"""A token that PyJWT reads."""

import hashlib
import hmac

import jwt as pyjwt

from gateway.providers import jwt

SECRET = b"secret-of-more-than-thirty-two-bytes"


def test_a_token_is_read_by_another_library() -> None:
    head, claims = {"alg": "HS256", "typ": "JWT"}, {"sub": "über", "n": 1}
    token = jwt.signed(head, claims, lambda text: hmac.digest(SECRET, text, hashlib.sha256))
    assert pyjwt.decode(token, SECRET, algorithms=["HS256"]) == claims
    assert pyjwt.get_unverified_header(token) == head
