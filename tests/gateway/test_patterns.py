"""Patterns that are compiled later find what compiled ones find."""

import copy
import re

from gateway.patterns import pattern


def test_a_pattern_finds_what_a_compiled_one_finds() -> None:
    later, now = pattern(r"(?P<word>[a-z]+)\d", re.IGNORECASE), re.compile(r"(?P<word>[a-z]+)\d", re.IGNORECASE)
    for text in ("AB1 c2", "", "7"):
        assert [found.groupdict() for found in later.finditer(text)] == [m.groupdict() for m in now.finditer(text)]
        assert (later.sub("-", text), later.split(text)) == (now.sub("-", text), now.split(text))
        assert (later.match(text) is None) == (now.match(text) is None)
    assert (later.pattern, later.flags, later.groups) == (now.pattern, now.flags, now.groups)


def test_bytes_are_searched_too_and_in_copies() -> None:
    numbers = copy.deepcopy(pattern(rb"\d+"))
    assert numbers.findall(b"1 and 22") == [b"1", b"22"]


def test_nothing_is_compiled_before_the_first_search() -> None:
    pattern("(an unclosed group")
