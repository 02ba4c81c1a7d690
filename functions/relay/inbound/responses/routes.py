"""The Responses API's routes: method, path, and what understands a request there."""

from relay.inbound.protocol import DialectRoute
from relay.inbound.responses.compaction import OpenAiCompaction
from relay.inbound.responses.dialect import OpenAiResponses

ROUTES: tuple[DialectRoute, ...] = (
    ("POST", "/v1/responses", OpenAiResponses()),
    ("POST", "/v1/responses/compact", OpenAiCompaction()),
)
