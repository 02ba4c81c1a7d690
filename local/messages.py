"""What the terminal shows."""

import sys

from gateway.store.accounts.bootstrap import RootCredentials


def progress(step: str, detail: str) -> None:
    """One line per finished step."""
    print(f"  {step:<10} {detail}", flush=True)


def failure(message: str) -> None:
    """Why it ends, on standard error."""
    print(f"one-api: {message}", file=sys.stderr, flush=True)


def url_of(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens there."""
    name = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"} else host  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def first_start(credentials: RootCredentials, url: str, *, password_was_chosen: bool) -> None:
    """The account of the first start, in a frame. A password the operator chose is not repeated."""
    password = "as INITIAL_ROOT_PASSWORD says" if password_was_chosen else credentials.password
    lines = [
        "First start: an account was made. Its password is shown only this once.",
        "",
        f"address    {url}",
        f"username   {credentials.username}",
        f"password   {password}",
    ]
    width = max(map(len, lines))
    frame = "+" + "-" * (width + 4) + "+"
    print("\n".join([frame, *(f"|  {line:<{width}}  |" for line in lines), frame]), flush=True)
