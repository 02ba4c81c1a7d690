"""Chance that comes out the same in every process: numbers that follow from a name."""

from hashlib import blake2b

_BITS = 53  # what a float holds exactly


def drawn(name: str, candidate: int | str) -> float:
    """A number between 0 and 1 that this name draws for a candidate; others draw as if by chance."""
    digest = blake2b(f"{name} {candidate}".encode(errors="replace"), digest_size=8).digest()
    return ((int.from_bytes(digest) >> (64 - _BITS)) + 0.5) / (1 << _BITS)
