"""The dialect of Amazon Bedrock. Requests are signed elsewhere (``providers.auth_sigv4``)."""

from gateway.outbound.bedrock import invoke as bedrock_invoke
from gateway.outbound.bedrock import reply as bedrock_reply
from gateway.outbound.bedrock import request as bedrock_request
from gateway.outbound.bedrock.blocks import LABEL
from gateway.outbound.bedrock.errors import fault_of
from gateway.outbound.bedrock.models import is_claude
from gateway.outbound.bedrock.stream import BedrockStream
from gateway.outbound.canonical.borders import BEDROCK, Border
from gateway.outbound.canonical.media import remote_urls
from gateway.outbound.protocol import ProviderRequest, WireRequest
from gateway.outbound.tables import TableDialect, Verbs


def _chat(request: ProviderRequest) -> WireRequest:
    return bedrock_invoke.request(request) if bedrock_invoke.wanted(request) else bedrock_request.request(request)


def _urls(request: ProviderRequest) -> list[str]:
    return remote_urls(request.body)


def words(model: str) -> str:
    """Converse takes what Claude knows beside it; replies are always Bedrock's own."""
    return "anthropic" if is_claude(model) else "bedrock"


def border(request: ProviderRequest) -> Border:
    """What this door takes as ids, names and users."""
    return BEDROCK


DIALECT = TableDialect(
    name="bedrock",
    label=LABEL,
    verbs={
        "chat": Verbs(_chat, bedrock_reply.response),
        "embeddings": Verbs(bedrock_invoke.embed_request, bedrock_invoke.embed_response),
        "rerank": Verbs(bedrock_invoke.rerank_request, bedrock_invoke.rerank_response),
    },
    decoder=BedrockStream,
    fault=fault_of,
    border=border,
    urls=_urls,
)
