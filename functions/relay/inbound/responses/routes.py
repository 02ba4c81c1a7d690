"""The Responses API's route: method, path, and what understands a request there."""

from relay.inbound.protocol import DialectRoute
from relay.inbound.responses.dialect import OpenAiResponses

ROUTES: tuple[DialectRoute, ...] = (("POST", "/v1/responses", OpenAiResponses()),)
