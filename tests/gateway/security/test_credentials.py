"""Secrets at rest: sealed to their place, opened by old keys, hashed where they need not be known again."""

from base64 import b64encode, urlsafe_b64encode

import pytest

from gateway.security.credentials import SealBroken, Vault, hash_key, new_key


def vault(*keys: str) -> Vault:
    return Vault.from_setting(",".join(keys))


@pytest.mark.parametrize("text", ["", "sk-secret", "line\nline", "鍵" * 1000])
def test_what_is_sealed_opens_again_and_is_never_readable(text: str) -> None:
    one = vault(new_key())
    sealed = one.seal(text, "channel#7")
    assert one.open(sealed, "channel#7") == text
    assert not text or text not in sealed
    assert sealed != one.seal(text, "channel#7")


def test_a_sealed_text_opens_only_where_it_belongs() -> None:
    one = vault(new_key())
    with pytest.raises(SealBroken, match="channel#8"):
        one.open(one.seal("secret", "channel#7"), "channel#8")


@pytest.mark.parametrize("place", [0, 3, 12, -1])
def test_a_changed_text_does_not_open(place: int) -> None:
    one = vault(new_key())
    sealed = one.seal("secret", "c")
    changed = list(sealed)
    changed[place] = "A" if changed[place] != "A" else "B"
    with pytest.raises(SealBroken):
        one.open("".join(changed), "c")


@pytest.mark.parametrize("sealed", ["", "v1", "v1.abc", "v2.x.y", "v1..", "not sealed at all"])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(SealBroken):
        vault(new_key()).open(sealed, "c")


def test_keys_are_changed_by_putting_a_new_one_in_front() -> None:
    old, new = new_key(), new_key()
    sealed = vault(old).seal("secret", "c")
    both = vault(new, old)
    assert both.open(sealed, "c") == "secret"
    again = both.seal("secret", "c")
    assert vault(new).open(again, "c") == "secret"
    with pytest.raises(SealBroken, match="put the key that sealed it behind the newest one"):
        vault(new).open(sealed, "c")


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_key_may_come_in_either_alphabet_with_or_without_padding(encode: object) -> None:
    raw = bytes(range(224, 256))
    text = encode(raw).decode()  # type: ignore[operator]
    for given in (text, text.rstrip("="), f" {text} "):
        assert vault(given).keys == (raw,)


@pytest.mark.parametrize("setting", ["", " , ", "short", "not base64 !", b64encode(b"x" * 31).decode(), "é"])
def test_a_setting_without_a_usable_key_is_refused(setting: str) -> None:
    with pytest.raises(SealBroken, match="ENCRYPTION_KEY"):
        Vault.from_setting(setting)


def test_a_key_is_found_by_a_hash_that_says_nothing() -> None:
    assert hash_key("a") == hash_key("a") != hash_key("b")
    assert len(hash_key("a")) == 64
