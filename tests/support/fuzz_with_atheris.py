"""Every parser under atheris, whose bytes follow what the code does with them. No requirement: install it by hand.

Options are libFuzzer's: ``-max_total_time=600``. Pieces are cut where a byte 0xFE stands, which no UTF-8 has.
"""

import sys
from contextlib import suppress
from importlib import import_module
from typing import Any


def main() -> None:
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["gateway", "relay"]):
        parsers = import_module("tests.support.parsers").PARSERS

    def one(data: bytes) -> None:
        for parse, raises in parsers.values():
            with suppress(*raises):
                parse(data.split(b"\xfe"))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
