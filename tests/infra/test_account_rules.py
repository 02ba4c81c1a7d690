"""What a real account refuses and no emulator does."""

from typing import Any

from local.places import TEMPLATE
from local.tables import read_template

Json = dict[str, Any]

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
NEVER_ADDED = {
    "cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since",
    "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "range", "request-range", "te", "trailer", "transfer-encoding",
    "upgrade", "via", "x-real-ip",
}  # fmt: skip
NEVER_BEGUN_WITH = ("x-amz-", "x-edge-")


def test_cloudfront_may_add_every_header_it_is_told_to_add() -> None:
    origins = read_template(TEMPLATE)["Resources"]["Site"]["Properties"]["DistributionConfig"]["Origins"]
    names = [header["HeaderName"].lower() for origin in origins for header in origin.get("OriginCustomHeaders", [])]
    assert names
    assert not [name for name in names if name in NEVER_ADDED or name.startswith(NEVER_BEGUN_WITH)]
