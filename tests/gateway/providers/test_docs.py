"""The document of providers says what the catalogue says."""

from tools.make_provider_docs import TARGET, text


def test_the_document_is_up_to_date() -> None:
    assert TARGET.read_text("utf-8") == text(), "run python -m tools.make_provider_docs"
