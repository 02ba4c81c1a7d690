"""OpenAI's API but for Responses: chat, the plain JSON operations, forms, events of pictures and sound.

This is nearly the canonical form, so there is little to translate. The Responses API is ``relay.inbound.responses``;
error objects, which others answer with too, are ``relay.inbound.openai_errors``.
"""
