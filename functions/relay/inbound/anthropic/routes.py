"""Anthropic's route: method, path, and what understands a request there."""

from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.protocol import DialectRoute

ROUTES: tuple[DialectRoute, ...] = (("POST", "/v1/messages", AnthropicMessages()),)
