"""Which answer a path gets: the end of the path decides, so any base URL and prefix works."""

from collections.abc import Callable

import orjson

from tests.fakes.upstream import anthropic, gemini, openai, simple
from tests.fakes.upstream.answers import Answer, Whole
from tests.fakes.upstream.behaviour import Behaviour
from tests.fakes.upstream.request import Json, Request

Builder = Callable[[Request, Behaviour], Answer]
ErrorBody = Callable[[int], Json]

ROUTES: dict[str, tuple[Builder, ErrorBody]] = {
    "/chat/completions": (openai.chat, openai.error),
    "/completions": (openai.completions, openai.error),
    "/responses": (openai.responses, openai.error),
    "/embeddings": (openai.embeddings, openai.error),
    "/models": (simple.models, openai.error),
    "/images/generations": (simple.images, openai.error),
    "/images/edits": (simple.images, openai.error),
    "/images/variations": (simple.images, openai.error),
    "/moderations": (simple.moderations, openai.error),
    "/audio/speech": (simple.speech, openai.error),
    "/audio/transcriptions": (simple.transcription, openai.error),
    "/audio/translations": (simple.transcription, openai.error),
    "/rerank": (simple.rerank, openai.error),
    "/messages": (anthropic.messages, anthropic.error),
    "/messages/count_tokens": (anthropic.count_tokens, anthropic.error),
    ":generateContent": (gemini.generate, gemini.error),
    ":streamGenerateContent": (gemini.stream, gemini.error),
    ":countTokens": (gemini.count_tokens, gemini.error),
    ":embedContent": (gemini.embed, gemini.error),
    ":batchEmbedContents": (gemini.embed_batch, gemini.error),
}
_ANYTHING: tuple[Builder, ErrorBody] = (simple.anything, openai.error)


def answer(request: Request, behaviour: Behaviour) -> Answer:
    """The healthy or scripted answer; how it is written (cut, delayed) is not decided here."""
    build, error = find(request.path)
    built = _failure(behaviour, error) if behaviour.status else build(request, behaviour)
    built.headers.extend(behaviour.headers.items())
    if behaviour.retry_after:
        built.headers.append(("retry-after", behaviour.retry_after))
    return built


def find(path: str) -> tuple[Builder, ErrorBody]:
    """By the last two parts of the path, then the last, then the verb after a colon."""
    parts = path.rstrip("/").rsplit("/", 2)
    verb = ":" + parts[-1].rpartition(":")[2]
    ends = ("/" + "/".join(parts[-2:]), "/" + parts[-1], verb)
    return next((ROUTES[end] for end in ends if end in ROUTES), _ANYTHING)


def _failure(behaviour: Behaviour, error: ErrorBody) -> Whole:
    body = behaviour.body or error(behaviour.status)
    if isinstance(body, str):
        kind = "application/json" if body[:1] in "{[" else "text/plain"
        return Whole(body=body.encode(), status=behaviour.status, type=kind)
    return Whole(body=orjson.dumps(body), status=behaviour.status)
