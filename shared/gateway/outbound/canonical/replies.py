"""Building canonical replies: a whole completion, its ids, and the older shape that has text only."""

from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.protocol import CanonicalResponse, Fault, Json, ProviderFault, ProviderRequest
from gateway.wire import chat
from gateway.wire.json import obj, objs, string, whole


def completed(
    request: ProviderRequest,
    choices: list[Json],
    usage: Usage | None,
    *,
    id: Any = None,
    created: Any = None,
    model: Any = None,
    extra: Json | None = None,
) -> CanonicalResponse:
    """A whole chat (or text) completion; one without any choice is this channel's failure."""
    if not choices:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    body = chat.completion(
        id=chat_id(request, id),
        created=whole(created) or request.created,
        model=string(model) or request.model,
        choices=choices,
        usage=usage,
    )
    shaped = text_completion(body) if request.operation == "completions" else body
    return CanonicalResponse(body=shaped | (extra or {}), usage=usage)


def chat_id(request: ProviderRequest, id: Any = None) -> str:
    """The provider's id, or one made from the request's."""
    return string(id) or f"chatcmpl-{request.request_id}"


def call_id(request: ProviderRequest, index: int, id: Any = None) -> str:
    """The provider's id of a tool call, or one that no other call of the conversation has."""
    return string(id) or f"call_{request.request_id}_{index}"


def text_completion(chat_object: Json) -> Json:
    """A chat completion or chunk in the shape of the older text completions: text only."""
    choices = objs(chat_object.get("choices"))
    texts = [
        {
            "text": string(obj(choice.get("message") or choice.get("delta")).get("content")),
            "index": choice.get("index"),
            "logprobs": choice.get("logprobs"),
            "finish_reason": choice.get("finish_reason"),
        }
        for choice in choices
    ]
    return chat_object | {"object": "text_completion", "choices": texts}
