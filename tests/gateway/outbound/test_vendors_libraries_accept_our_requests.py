"""Every golden request is a request in the eyes of the vendor's own library."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.outbound import cases

Json = dict[str, Any]


def goldens(name: str, marker: str) -> dict[str, Json]:
    """Bodies of a folder's golden calls whose path has the marker in it."""
    found = cases.folders()[name].read("requests.json")
    calls = {case: golden["call"] for case, golden in found.items()}
    return {case: call["body"] for case, call in calls.items() if marker in call.get("path", "")}


ANTHROPIC = goldens("anthropic", "/v1/messages")
CONVERSE = goldens("bedrock", "/converse")
GEMINI = {f"gemini/{k}": v for k, v in goldens("gemini", "enerateContent").items()}
GEMINI |= {f"vertex/{k}": v for k, v in goldens("vertex", "publishers/google").items() if "contents" in v}

# Keys that nobody knows are passed on; the libraries do not know them either.
# Models before 4.7 take them; the library, made for today's, has dropped them.
SAMPLING = {"temperature", "top_p", "top_k"}
OURS = ("vendor_extra", "anthropic_beta")


@pytest.mark.parametrize("case", ANTHROPIC)
def test_anthropics_library_knows_every_key_we_send(case: str) -> None:
    from anthropic.types.beta import message_create_params as params

    body = {key: value for key, value in ANTHROPIC[case].items() if key not in OURS}
    known = params.MessageCreateParamsBase.__annotations__.keys() | {"stream"} | SAMPLING
    assert body.keys() <= known
    assert {"model", "messages", "max_tokens"} <= body.keys()
    for turn in body["messages"]:
        assert turn["role"] in ("user", "assistant")
        assert all(isinstance(block.get("type"), str) for block in turn["content"])


@pytest.mark.parametrize("case", CONVERSE)
def test_botocore_finds_nothing_wrong_with_what_we_send_to_converse(case: str) -> None:
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator

    shape = ServiceModel(_bedrock()).shape_for("ConverseRequest")
    body = {"modelId": "m", **{key: value for key, value in CONVERSE[case].items() if key not in OURS}}
    report = ParamValidator().validate(body, shape)
    assert not report.has_errors(), report.generate_report()
    assert body.keys() <= shape.members.keys()


def _bedrock() -> Any:
    import botocore

    path = next((Path(botocore.__file__).parent / "data" / "bedrock-runtime").rglob("service-2.json*"))
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(data)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("case", GEMINI)
def test_googles_library_reads_our_contents_tools_and_settings(case: str) -> None:
    from google.genai import types

    body = GEMINI[case]
    for content in body["contents"]:
        types.Content.model_validate(content)
    for tool in body.get("tools", []):
        types.Tool.model_validate(tool)
    types.GenerationConfig.model_validate(body["generationConfig"])
    types.ToolConfig.model_validate(body.get("toolConfig", {}))
    for setting in body.get("safetySettings", []) if case != "gemini/own_safety_settings" else []:
        types.SafetySetting.model_validate(setting)
