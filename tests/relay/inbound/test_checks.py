"""Which model a request asks for."""

import pytest

from gateway.errors import BadRequest
from relay.inbound.checks import model_of


@pytest.mark.parametrize("twin", ["Model", "MODEL", "modeL"])
def test_a_second_model_in_other_letters_is_refused(twin: str) -> None:
    with pytest.raises(BadRequest, match=f"'{twin}' is no field"):
        model_of({"model": "cheap", twin: "dear"})
    with pytest.raises(BadRequest, match="'Quality' is no field of a request: write 'quality'"):
        model_of({"model": "dall-e-3", "quality": "standard", "Quality": "hd"})
    assert model_of({"model": "cheap", "models": ["dear"], "mödel": 1}) == "cheap"
