"""OpenAI's path of each operation: https://platform.openai.com/docs/api-reference"""

from collections.abc import Mapping

from gateway.outbound.protocol import Operation

ROOT = "/v1"
PATHS: Mapping[Operation, str] = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "edits": "/v1/edits",
    "embeddings": "/v1/embeddings",
    "moderations": "/v1/moderations",
    "images": "/v1/images/generations",
    "image_edits": "/v1/images/edits",
    "image_variations": "/v1/images/variations",
    "speech": "/v1/audio/speech",
    "transcription": "/v1/audio/transcriptions",
    "translation": "/v1/audio/translations",
    "rerank": "/v1/rerank",
    "responses": "/v1/responses",
}
