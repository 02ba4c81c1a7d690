"""Mail by SMTP against real servers: encryption, certificates, accounts."""

import ipaddress
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.domain.options import DEFAULTS
from gateway.mail.message import MailFailed
from gateway.mail.outbox import Outbox
from tests.support.gateway_process import free_port
from tests.support.mailbox import Mailbox

ACCOUNT = {"SMTPAccount": "gw@example.org", "SMTPToken": "right"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For 127.0.0.1, by nobody anybody trusts; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    kind = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(key.private_bytes(*kind) + made.public_bytes(serialization.Encoding.PEM))
    return path


class Box(Mailbox):
    """A mailbox that remembers which passwords it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bytes] = []

    def judge(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.told.append(data.password)
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def opened(**settings: Any) -> Generator[Box]:
    box = Box()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, authenticator=box.judge, **settings)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def send(box: Box, **changes: str) -> None:
    options = DEFAULTS | {"SMTPServer": "127.0.0.1", "SMTPPort": str(box.port), "SMTPFrom": "gw@example.org"} | changes
    Outbox().send(options, "a@example.org", "s", "<p>b</p>", now=0)


@pytest.fixture(params=["starttls", "implicit"])
def encrypted(request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Box]:
    if request.param == "starttls":
        with opened(tls_context=context(certificate), require_starttls=True) as box:
            yield box
    else:
        with opened(ssl_context=context(certificate), auth_require_tls=False) as box:
            monkeypatch.setattr("gateway.mail.smtp._IMPLICIT_TLS", box.port)
            yield box


def test_a_trusted_server_is_signed_in_to(encrypted: Box, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(encrypted, **ACCOUNT)
    assert (encrypted.told, len(encrypted.mails)) == ([b"right"], 1)


def test_a_certificate_nobody_vouches_for_ends_it_before_anything_is_told(encrypted: Box) -> None:
    with pytest.raises(MailFailed) as failed:
        send(encrypted, **ACCOUNT)
    assert "CERTIFICATE_VERIFY_FAILED" in failed.value.detail
    assert (encrypted.told, encrypted.mails) == ([], [])


def test_a_certificate_for_another_name_ends_it_too(
    encrypted: Box, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(MailFailed):
        send(encrypted, SMTPServer="localhost", **ACCOUNT)
    assert (encrypted.told, encrypted.mails) == ([], [])


def test_an_account_is_not_told_in_clear_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(auth_require_tls=False) as box:
        monkeypatch.setattr("gateway.mail.smtp._HERE", ())
        with pytest.raises(MailFailed, match="encryption"):
            send(box, **ACCOUNT)
        assert (box.told, box.mails) == ([], [])
        send(box)  # without an account there is nothing to tell
        monkeypatch.undo()
        send(box, **ACCOUNT)  # to this very machine
        assert (box.told, len(box.mails)) == ([b"right"], 2)


def test_what_a_server_says_is_for_the_log_only() -> None:
    with opened(auth_require_tls=False) as box:
        with pytest.raises(MailFailed) as failed:
            send(box, SMTPAccount="gw@example.org", SMTPToken="wrong")
        assert str(failed.value) == "the mail server did not take it (SMTPAuthenticationError)"
        assert "535" in failed.value.detail and "wrong" not in failed.value.detail
