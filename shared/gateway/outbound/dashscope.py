"""Alibaba DashScope's native interface: chat, embeddings, rerank, and images as tasks.

Chat is in ``dashscope_chat``. Images: https://help.aliyun.com/zh/model-studio/text-to-image-v2-api-reference,
embeddings: https://help.aliyun.com/zh/model-studio/text-embedding-synchronous-api. Image sizes are written
``1024x1024`` here and ``1024*1024`` there; keys nobody knows go into ``parameters``. one-api's names of the diffusion
models begin with ``ali-``, which Alibaba does not know. A task of which some images failed
answers with the others.
"""

from gateway.outbound import faults, pictures, vectors
from gateway.outbound.base import Answer, Ask, Call, Fault, Json, ProviderFault, Reply
from gateway.outbound.dashscope_chat import FAULTS, LABEL, Stream, checked, plugin_header, request, response
from gateway.outbound.exchange import Step, Task
from gateway.outbound.operations import Verbs
from gateway.outbound.payload import obj, objs, post, string
from gateway.outbound.tasks import TaskDialect

EMBEDDINGS_PATH = "/api/v1/services/embeddings/text-embedding/text-embedding"
RERANK_PATH = "/api/v1/services/rerank/text-rerank/text-rerank"
IMAGES_PATH = "/api/v1/services/aigc/text2image/image-synthesis"
TASK_PATH = "/api/v1/tasks/{id}"

_RUNNING = frozenset({"PENDING", "RUNNING"})
_POLL_SECONDS = 2.0


def _embeddings_request(ask: Ask) -> Call:
    body = ask.body
    others = {key: value for key, value in body.items() if key not in vectors.EMBEDDING_KEYS}
    parameters = {
        key: value for key, value in ({"dimension": body.get("dimensions")} | others).items() if value is not None
    }
    texts = vectors.texts_of(ask, LABEL)
    made: Json = {"model": ask.model, "input": {"texts": texts}, "parameters": parameters or None}
    return post(EMBEDDINGS_PATH, made, plugin_header(ask))


def _embeddings_response(ask: Ask, reply: Reply) -> Answer:
    body = checked(reply)
    found = vectors.in_order(objs(obj(body.get("output")).get("embeddings")), "text_index", "embedding")
    return vectors.embeddings(ask, found, vectors.counted(obj(body.get("usage")).get("total_tokens")))


def _rerank_request(ask: Ask) -> Call:
    documents = vectors.documents_of(ask)
    parameters = {key: value for key, value in ask.body.items() if key not in ("model", "query", "documents")}
    source: Json = {"query": ask.body["query"], "documents": documents}
    return post(RERANK_PATH, {"model": ask.model, "input": source, "parameters": parameters}, plugin_header(ask))


def _rerank_response(ask: Ask, reply: Reply) -> Answer:
    body = checked(reply)
    usage = vectors.counted(obj(body.get("usage")).get("total_tokens"))
    return vectors.reranked(ask, body.get("request_id"), objs(obj(body.get("output")).get("results")), usage)


def _images_request(ask: Ask) -> Call:
    body = ask.body
    size = string(body.get("size")).replace("x", "*") or None
    handled = pictures.IMAGE_KEYS | {"negative_prompt"}
    others = {key: value for key, value in body.items() if key not in handled}
    known: Json = {"size": size, "n": body.get("n")}
    parameters = {key: value for key, value in (known | others).items() if value is not None}
    source = {"prompt": pictures.prompt_of(ask), "negative_prompt": body.get("negative_prompt")}
    wanted = {key: value for key, value in source.items() if value is not None}
    made: Json = {"model": ask.model.removeprefix("ali-"), "input": wanted, "parameters": parameters or None}
    return post(IMAGES_PATH, made, {"x-dashscope-async": "enable"} | plugin_header(ask))


def _images_response(ask: Ask, reply: Reply) -> Answer:
    """A task that was finished within the first reply, without files to fetch."""
    step = _step(ask, reply)
    if isinstance(step, Answer):
        return step
    raise ProviderFault(Fault(kind="retry", status=502, message=f"{LABEL} did not finish the image"))


def _step(ask: Ask, reply: Reply) -> Step:
    body = checked(reply)
    output = obj(body.get("output"))
    status, task_id = string(output.get("task_status")), string(output.get("task_id"))
    if status in _RUNNING and task_id:
        call = Call(path=TASK_PATH.format(id=task_id), method="GET")
        return Task(id=task_id, call=call, wait=_POLL_SECONDS)
    data = [_image(item) for item in objs(output.get("results")) if item.get("url") or item.get("b64_image")]
    if status != "SUCCEEDED" or not data:
        raise ProviderFault(_task_fault(output, status, reply))
    return pictures.images(ask, data)


def _image(item: Json) -> Json:
    found: Json = {"url": item["url"]} if item.get("url") else {"b64_json": item["b64_image"]}
    prompt = item.get("actual_prompt")
    return found | ({"revised_prompt": prompt} if prompt else {})


def _task_fault(output: Json, status: str, reply: Reply) -> Fault:
    failed = next((item for item in objs(output.get("results")) if item.get("code")), output)
    if not failed.get("message"):
        failed = failed | {"message": f"the image task ended as {status or 'nothing known'}"}
    return faults.in_success(failed, FAULTS, reply)


def _fault(reply: Reply) -> Fault:
    return faults.judge(reply, FAULTS)


dashscope = TaskDialect(
    name="dashscope",
    label=LABEL,
    verbs={
        "chat": Verbs(request, response),
        "embeddings": Verbs(_embeddings_request, _embeddings_response),
        "rerank": Verbs(_rerank_request, _rerank_response),
        "images": Verbs(_images_request, _images_response),
    },
    decoder=Stream,
    fault=_fault,
    step=_step,
)
