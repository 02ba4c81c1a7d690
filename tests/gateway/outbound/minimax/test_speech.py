"""Speech comes as hex digits inside JSON and goes out as bytes."""

import json

import pytest

from gateway.outbound.minimax import DIALECT as minimax
from gateway.outbound.protocol import ProviderFault, ProviderRequest, WireResponse
from tests.gateway.outbound.cases import figures

ASK = ProviderRequest(
    operation="speech", body={"input": "hi", "voice": "v"}, model="speech-02-hd", requested_model="tts"
)


def reply(audio: str) -> WireResponse:
    info = {"usage_characters": 2, "audio_length": 900, "audio_format": "mp3"}
    return WireResponse(status=200, body=json.dumps({"data": {"audio": audio}, "extra_info": info}).encode())


def test_hex_digits_become_bytes_and_characters_are_counted() -> None:
    answer = minimax.response(ASK, reply("49443304"))
    assert (answer.raw, answer.content_type, answer.body) == (b"ID3\x04", "audio/mpeg", None)
    assert figures(answer.usage) == {"characters": 2, "milliseconds": 900}


@pytest.mark.parametrize("audio", ["", "no hex"])
def test_no_sound_is_a_fault(audio: str) -> None:
    with pytest.raises(ProviderFault, match="without sound"):
        minimax.response(ASK, reply(audio))
