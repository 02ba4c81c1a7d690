"""Pages of models, each vendor's way."""

import pytest

from gateway.errors import BadRequest
from relay.inbound.model_lists import anthropic_list, gemini_list

NAMES = [f"m{number:02}" for number in range(45)]


def test_anthropics_pages_follow_one_another() -> None:
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        page = anthropic_list(NAMES, query)
        seen += [model["id"] for model in page["data"]]
        if not page["has_more"]:
            break
        query = {"after_id": page["last_id"]}
    assert seen == NAMES


def test_anthropics_pages_go_back_too() -> None:
    page = anthropic_list(NAMES, {"before_id": "m30", "limit": "20"})
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("m10", "m29", True)
    page = anthropic_list(NAMES, {"before_id": "m10", "limit": "20"})
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("m00", "m09", False)


def test_no_models_are_a_page_too() -> None:
    assert anthropic_list([], {}) == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    assert gemini_list([], {}) == {"models": []}


def test_geminis_pages_follow_one_another() -> None:
    seen: list[str] = []
    token = ""
    while True:
        page = gemini_list(NAMES, {"pageSize": "20", "pageToken": token})
        seen += [model["baseModelId"] for model in page["models"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert seen == NAMES


def test_what_a_model_can_do_is_told_by_its_name() -> None:
    chat, embedding = gemini_list(["gpt-4o", "text-embedding-3-small"], {})["models"]
    assert "generateContent" in chat["supportedGenerationMethods"]
    assert embedding["supportedGenerationMethods"][:2] == ["embedContent", "batchEmbedContents"]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "99999999", "²"])
def test_a_page_size_that_is_none_is_refused(limit: str) -> None:
    with pytest.raises(BadRequest, match="limit must be a number"):
        anthropic_list(NAMES, {"limit": limit})
    with pytest.raises(BadRequest, match="pageSize must be a number"):
        gemini_list(NAMES, {"pageSize": limit})


def test_a_place_that_is_none_is_refused() -> None:
    for name in ("after_id", "before_id"):
        with pytest.raises(BadRequest, match="is no model of this list"):
            anthropic_list(NAMES, {name: "nobody"})
    for token in ("x", "²"):
        with pytest.raises(BadRequest, match="pageToken"):
            gemini_list(NAMES, {"pageToken": token})
