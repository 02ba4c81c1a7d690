"""What goes wrong, and what the process then ends with."""

from enum import IntEnum


class Exit(IntEnum):
    """What the process ends with."""

    DONE = 0
    FAILED = 1  # refused by the gateway, or not to be reached
    USAGE = 2  # a command line or a file that does not do
    SIGNED_OUT = 3  # nobody is signed in, or the access token is nobody's
    NOT_FOUND = 4
    DIFFERS = 5  # of a comparison


class Failure(Exception):
    """A sentence for who called, and how the process ends."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code
