"""OpenAI's routes but for Responses: method, path, and what understands a request there."""

from relay.inbound.openai import forms, operations
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.protocol import DialectRoute

ROUTES: tuple[DialectRoute, ...] = (
    ("POST", "/v1/chat/completions", OpenAiChat()),
    ("POST", "/v1/completions", operations.COMPLETIONS),
    ("POST", "/v1/edits", operations.EDITS),
    ("POST", "/v1/embeddings", operations.EMBEDDINGS),
    ("POST", "/v1/engines/{model:path}/embeddings", operations.EMBEDDINGS),
    ("POST", "/v1/moderations", operations.MODERATIONS),
    ("POST", "/v1/images/generations", operations.IMAGES),
    ("POST", "/v1/images/edits", forms.IMAGE_EDITS),
    ("POST", "/v1/images/variations", forms.IMAGE_VARIATIONS),
    ("POST", "/v1/audio/speech", operations.SPEECH),
    ("POST", "/v1/audio/transcriptions", forms.TRANSCRIPTION),
    ("POST", "/v1/audio/translations", forms.TRANSLATION),
    ("POST", "/v1/rerank", operations.RERANK),
)
