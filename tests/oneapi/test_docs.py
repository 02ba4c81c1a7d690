"""``docs/cli.md`` says what the client says of itself."""

from tools.make_cli_docs import TARGET, text


def test_the_page_of_the_client_is_what_its_help_says() -> None:
    there = TARGET.read_text("utf-8")
    assert text(there) == there, "run python -m tools.make_cli_docs"
    assert "### oneapi channels list" in there
