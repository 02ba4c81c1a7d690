"""The key against AWS's own example; whole signatures are compared with botocore's where requests are signed."""

from gateway.wire.sigv4 import amz_date, canonical, signing_key


def test_a_day_has_the_key_that_aws_derives() -> None:
    key = signing_key(
        access_key="AKIDEXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        day="20120215",
        region="us-east-1",
        service="iam",
    )
    assert key.secret.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
    assert key.scope == "20120215/us-east-1/iam/aws4_request"
    assert key.secret.hex() not in repr(key)


def test_an_authorization_names_the_key_its_scope_and_the_signed_headers() -> None:
    key = signing_key(access_key="AK", secret_key="SK", day="20120215", region="r", service="s")
    names, request = canonical("POST", "/", "", {"host": "h", "x-amz-date": "20120215T000000Z"}, b"")
    assert key.authorization("20120215T000000Z", names, request).startswith(
        "AWS4-HMAC-SHA256 Credential=AK/20120215/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature="
    )


def test_a_moment_is_written_in_universal_time() -> None:
    assert amz_date(1329264000) == "20120215T000000Z"
