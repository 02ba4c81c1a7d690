"""Alibaba DashScope's native interface: chat, embeddings, rerank, and images as tasks.

Chat is in ``dashscope_chat``. Images: https://help.aliyun.com/zh/model-studio/text-to-image-v2-api-reference,
embeddings: https://help.aliyun.com/zh/model-studio/text-embedding-synchronous-api. Image sizes are written
``1024x1024`` here and ``1024*1024`` there; keys nobody knows go into ``parameters``. one-api's names of the diffusion
models begin with ``ali-``, which Alibaba does not know. A task of which some images failed
answers with the others.
"""

from gateway.outbound.canonical import embeddings as canonical_embeddings
from gateway.outbound.canonical import images as canonical_images
from gateway.outbound.dashscope.chat import FAULTS, LABEL, DashScopeStream, checked, plugin_header, request, response
from gateway.outbound.errors import verdicts
from gateway.outbound.exchange import Step, Task
from gateway.outbound.json_bodies import post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    WireRequest,
    WireResponse,
)
from gateway.outbound.tables import Verbs
from gateway.outbound.tasks import TaskDialect
from gateway.wire.json import obj, objs, string

EMBEDDINGS_PATH = "/api/v1/services/embeddings/text-embedding/text-embedding"
RERANK_PATH = "/api/v1/services/rerank/text-rerank/text-rerank"
IMAGES_PATH = "/api/v1/services/aigc/text2image/image-synthesis"
TASK_PATH = "/api/v1/tasks/{id}"

_RUNNING = frozenset({"PENDING", "RUNNING"})
_POLL_SECONDS = 2.0


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    others = {key: value for key, value in body.items() if key not in canonical_embeddings.EMBEDDING_KEYS}
    parameters = {
        key: value for key, value in ({"dimension": body.get("dimensions")} | others).items() if value is not None
    }
    texts = canonical_embeddings.texts_of(request, LABEL)
    made: Json = {"model": request.model, "input": {"texts": texts}, "parameters": parameters or None}
    return post(EMBEDDINGS_PATH, made, plugin_header(request))


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = checked(reply)
    found = canonical_embeddings.in_order(objs(obj(body.get("output")).get("embeddings")), "text_index", "embedding")
    return canonical_embeddings.embeddings(
        request, found, canonical_embeddings.counted(obj(body.get("usage")).get("total_tokens"))
    )


def _rerank_request(request: ProviderRequest) -> WireRequest:
    documents = canonical_embeddings.documents_of(request)
    parameters = {key: value for key, value in request.body.items() if key not in ("model", "query", "documents")}
    source: Json = {"query": request.body["query"], "documents": documents}
    return post(
        RERANK_PATH, {"model": request.model, "input": source, "parameters": parameters}, plugin_header(request)
    )


def _rerank_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = checked(reply)
    usage = canonical_embeddings.counted(obj(body.get("usage")).get("total_tokens"))
    return canonical_embeddings.reranked(
        request, body.get("request_id"), objs(obj(body.get("output")).get("results")), usage
    )


def _images_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    size = string(body.get("size")).replace("x", "*") or None
    handled = canonical_images.IMAGE_KEYS | {"negative_prompt"}
    others = {key: value for key, value in body.items() if key not in handled}
    known: Json = {"size": size, "n": body.get("n")}
    parameters = {key: value for key, value in (known | others).items() if value is not None}
    source = {"prompt": canonical_images.prompt_of(request), "negative_prompt": body.get("negative_prompt")}
    wanted = {key: value for key, value in source.items() if value is not None}
    made: Json = {"model": request.model.removeprefix("ali-"), "input": wanted, "parameters": parameters or None}
    return post(IMAGES_PATH, made, {"x-dashscope-async": "enable"} | plugin_header(request))


def _images_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A task that was finished within the first reply, without files to fetch."""
    step = _step(request, reply)
    if isinstance(step, CanonicalResponse):
        return step
    raise ProviderFault(Fault(kind="retry", status=502, message=f"{LABEL} did not finish the image"))


def _step(request: ProviderRequest, reply: WireResponse) -> Step:
    body = checked(reply)
    output = obj(body.get("output"))
    status, task_id = string(output.get("task_status")), string(output.get("task_id"))
    if status in _RUNNING and task_id:
        call = WireRequest(path=TASK_PATH.format(id=task_id), method="GET")
        return Task(id=task_id, call=call, wait=_POLL_SECONDS)
    data = [_image(item) for item in objs(output.get("results")) if item.get("url") or item.get("b64_image")]
    if status != "SUCCEEDED" or not data:
        raise ProviderFault(_task_fault(output, status, reply))
    return canonical_images.images(request, data)


def _image(item: Json) -> Json:
    found: Json = {"url": item["url"]} if item.get("url") else {"b64_json": item["b64_image"]}
    prompt = item.get("actual_prompt")
    return found | ({"revised_prompt": prompt} if prompt else {})


def _task_fault(output: Json, status: str, reply: WireResponse) -> Fault:
    failed = next((item for item in objs(output.get("results")) if item.get("code")), output)
    if not failed.get("message"):
        failed = failed | {"message": f"the image task ended as {status or 'nothing known'}"}
    return verdicts.in_success(failed, FAULTS, reply)


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


DIALECT = TaskDialect(
    name="dashscope",
    label=LABEL,
    verbs={
        "chat": Verbs(request, response),
        "embeddings": Verbs(_embeddings_request, _embeddings_response),
        "rerank": Verbs(_rerank_request, _rerank_response),
        "images": Verbs(_images_request, _images_response),
    },
    decoder=DashScopeStream,
    fault=_fault,
    step=_step,
)
