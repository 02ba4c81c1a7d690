"""For which domain passkeys are made, and from which pages they may be used."""

import pytest

from admin.auth.webauthn import relying_party


@pytest.mark.parametrize(
    ("server_address", "scheme", "host", "domain", "origin"),
    [
        ("https://gateway.example", "http", "evil.example", "gateway.example", "https://gateway.example"),
        ("https://Gateway.example:8443/x", "http", "x", "gateway.example", "https://gateway.example:8443"),
        ("", "https", "gateway.example", "gateway.example", "https://gateway.example"),
        ("", "https", "gateway.example:443", "gateway.example", "https://gateway.example"),
        ("", "http", "localhost:5173", "localhost", "http://localhost:5173"),
        ("", "http", "gateway.localhost:80", "gateway.localhost", "http://gateway.localhost"),
        ("http://localhost:3000", "https", "gateway.example", "gateway.example", "https://gateway.example"),
        ("http://localhost:3000", "http", "", "localhost", "http://localhost:3000"),
    ],
)
def test_the_domain_is_the_configured_one_or_where_the_browser_is(
    server_address: str, scheme: str, host: str, domain: str, origin: str
) -> None:
    party = relying_party(server_address, scheme, host, "name")
    assert party is not None
    assert (party.id, party.origin) == (domain, origin)


@pytest.mark.parametrize(
    ("server_address", "scheme", "host"),
    [
        ("", "http", "gateway.example"),
        ("http://gateway.example", "https", "gateway.example"),
        ("", "https", "192.0.2.1"),
        ("https://192.0.2.1", "https", "gateway.example"),
        ("", "http", "127.0.0.1:3000"),
        ("", "https", "[2001:db8::1]"),
        ("", "https", "[2001"),
        ("", "https", "gateway.example:port"),
        ("", "https", "gateway example"),
        ("", "https", ""),
        ("", "ftp", "gateway.example"),
    ],
)
def test_there_are_no_passkeys_without_https_and_a_domain_name(server_address: str, scheme: str, host: str) -> None:
    assert relying_party(server_address, scheme, host, "name") is None
