"""Passwords: new hashes, those that came from one-api, and what is no hash at all."""

import bcrypt
import pytest

from gateway.security.passwords import hash_password, outdated, verify_password


def test_a_hash_fits_its_password_and_no_other() -> None:
    stored = hash_password("a good one")
    assert verify_password(stored, "a good one")
    assert not verify_password(stored, "a good onE")
    assert hash_password("a good one") != stored
    assert not outdated(stored)


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_a_bcrypt_hash_fits_its_password_and_is_to_be_made_anew(prefix: str) -> None:
    stored = bcrypt.hashpw("密码 good one".encode(), bcrypt.gensalt(4)).decode().replace("$2b$", prefix)
    assert verify_password(stored, "密码 good one")
    assert not verify_password(stored, "密码 good onE")
    assert outdated(stored)


def test_a_hash_with_weaker_parameters_is_to_be_made_anew() -> None:
    assert outdated(hash_password("x").replace("m=19456", "m=1024"))


@pytest.mark.parametrize("stored", ["", "text", "$2a$", "$2a$10$short", "$2y$99$" + "a" * 53, "$argon2id$v=19$x"])
def test_what_is_no_hash_fits_nothing(stored: str) -> None:
    for password in ("", "text", "a\x00b", "x" * 200, stored):
        assert not verify_password(stored, password)
