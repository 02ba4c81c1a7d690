"""The dialect of Amazon Bedrock. Requests are signed elsewhere (``providers.auth_sigv4``)."""

from gateway.outbound import bedrock_invoke, bedrock_reply, bedrock_request
from gateway.outbound.base import Ask, Call
from gateway.outbound.bedrock_blocks import LABEL
from gateway.outbound.bedrock_faults import fault_of
from gateway.outbound.bedrock_stream import BedrockStream
from gateway.outbound.operations import TableDialect, Verbs
from gateway.outbound.sources import remote_urls


def _chat(ask: Ask) -> Call:
    return bedrock_invoke.request(ask) if bedrock_invoke.wanted(ask) else bedrock_request.request(ask)


def _urls(ask: Ask) -> list[str]:
    return remote_urls(ask.body)


BEDROCK = TableDialect(
    name="bedrock",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, bedrock_reply.response),
        "embeddings": Verbs(bedrock_invoke.embed_request, bedrock_invoke.embed_response),
        "rerank": Verbs(bedrock_invoke.rerank_request, bedrock_invoke.rerank_response),
    },
    decoder=BedrockStream,
    fault=fault_of,
    urls=_urls,
)
