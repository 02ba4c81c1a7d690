"""What HTTPS trusts is read once."""

import ssl

from gateway.security.tls import trusting_authorities


def test_one_context_checks_certificates_and_names_for_everybody() -> None:
    context = trusting_authorities()
    assert context is trusting_authorities()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
