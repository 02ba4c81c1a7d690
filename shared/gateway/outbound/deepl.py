"""DeepL's translation as a chat model: the last message is translated, what came before it is context.

https://developers.deepl.com/docs/api-reference/translate. The model's name ends in the target language
(``deepl-zh``, ``deepl-en-gb``; Chinese without one); ``target_lang``, ``source_lang``, ``formality``, ``glossary_id``
and every other key DeepL knows may stand in the request. There is nothing to sample, so knobs are dropped; tools,
formats, stop sequences and images are refused. DeepL does not stream: a stream is one chunk. Billed characters are
reported as prompt tokens, which is what one-api's ratios for these models count.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import WholeChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import objs, string, whole

LABEL = "DeepL"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")

# https://developers.deepl.com/docs/best-practices/error-handling; the bodies may be empty.
STATUSES: Mapping[int, verdicts.Verdict] = {
    400: verdicts.Verdict("caller", 400),
    403: verdicts.BAD_KEY,
    413: verdicts.TOO_LONG,
    414: verdicts.TOO_LONG,
    429: verdicts.RATE,
    456: verdicts.NO_MONEY,
    503: verdicts.BUSY,
    529: verdicts.RATE,
}


def _request(request: ProviderRequest) -> WireRequest:
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    messages = canonical_messages.messages_of(body)
    text = canonical_messages.text_only(messages[-1], LABEL)
    if not text:
        raise Unsupported("the last message holds no text to translate", param="messages")
    before = "\n".join(canonical_messages.text_only(message, LABEL) for message in messages[:-1])
    made: Json = {
        "text": [text],
        "target_lang": request.model.partition("-")[2] or "ZH",
        "context": before or None,
        "show_billed_characters": True,
    }
    return post("/v2/translate", made | canonical_chat.extras(body, ["top_k"]))


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    found = objs(body.get("translations"))
    if not found:
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    text = "\n".join(string(item.get("text")) for item in found)
    message = chat.message(text)
    source = string(found[0].get("detected_source_language"))
    extra: Json = {"detected_source_language": source} if source else {}
    return completed(request, [chat.choice(message, "stop")], _usage(request, found), extra=extra)


def _usage(request: ProviderRequest, found: list[Json]) -> Usage:
    billed = sum(whole(item.get("billed_characters")) for item in found)
    characters = billed or len(canonical_messages.text_only(canonical_messages.messages_of(request.body)[-1], LABEL))
    return Usage(prompt=characters)


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return WholeChunks(request, _response)


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, {}, STATUSES)


DIALECT = TableDialect(
    name="deepl", label=LABEL, verbs={"chat": Verbs(_request, _response)}, decoder=_decoder, fault=_fault
)
