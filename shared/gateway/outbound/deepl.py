"""DeepL's translation as a chat model: the last message is translated, what came before it is context.

https://developers.deepl.com/docs/api-reference/translate. The model's name ends in the target language
(``deepl-zh``, ``deepl-en-gb``; Chinese without one); ``target_lang``, ``source_lang``, ``formality``, ``glossary_id``
and every other key DeepL knows may stand in the request. There is nothing to sample, so knobs are dropped; tools,
formats, stop sequences and images are refused. DeepL does not stream: a stream is one chunk. Billed characters are
reported as prompt tokens, which is what one-api's ratios for these models count.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound import chatbody, content, faults
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply, StreamDecoder, Unsupported
from gateway.outbound.operations import TableDialect, Verbs, completed
from gateway.outbound.payload import json_of, objs, post, string, whole
from gateway.outbound.streaming import WholeChunks
from gateway.wire import chat

LABEL = "DeepL"
_LACKS = ("n", "audio", "logprobs", "stop", "tools", "response_format", "web_search_options")

# https://developers.deepl.com/docs/best-practices/error-handling; the bodies may be empty.
STATUSES: Mapping[int, faults.Verdict] = {
    400: faults.Verdict("caller", 400),
    403: faults.BAD_KEY,
    413: faults.TOO_LONG,
    414: faults.TOO_LONG,
    429: faults.RATE,
    456: faults.NO_MONEY,
    503: faults.BUSY,
    529: faults.RATE,
}


def _request(ask: Ask) -> Call:
    body = ask.body
    chatbody.refuse(body, LABEL, _LACKS)
    messages = content.messages_of(body)
    text = content.text_only(messages[-1], LABEL)
    if not text:
        raise Unsupported("the last message holds no text to translate", param="messages")
    before = "\n".join(content.text_only(message, LABEL) for message in messages[:-1])
    made: Json = {
        "text": [text],
        "target_lang": ask.model.partition("-")[2] or "ZH",
        "context": before or None,
        "show_billed_characters": True,
    }
    return post("/v2/translate", made | chatbody.extras(body, ["top_k"]))


def _response(ask: Ask, reply: Reply) -> Answer:
    body = json_of(reply)
    found = objs(body.get("translations"))
    if not found:
        raise ProviderFault(faults.in_success(body, {}, reply))
    text = "\n".join(string(item.get("text")) for item in found)
    message = chat.message(text)
    source = string(found[0].get("detected_source_language"))
    extra: Json = {"detected_source_language": source} if source else {}
    return completed(ask, [chat.choice(message, "stop")], _usage(ask, found), extra=extra)


def _usage(ask: Ask, found: list[Json]) -> Usage:
    billed = sum(whole(item.get("billed_characters")) for item in found)
    characters = billed or len(content.text_only(content.messages_of(ask.body)[-1], LABEL))
    return Usage(prompt=characters)


def _decoder(ask: Ask) -> StreamDecoder:
    return WholeChunks(ask, _response)


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, {}, STATUSES)


deepl = TableDialect(
    name="deepl", label=LABEL, verbs={"chat": Verbs(_request, _response)}, decoder=_decoder, fault=_fault
)
