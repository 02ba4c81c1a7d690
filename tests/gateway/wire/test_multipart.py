"""Forms as browsers, curl and SDKs send them, and those that are broken."""

import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.multipart import BadForm, Upload, encode, parse

TYPE = "multipart/form-data; boundary=XX"
AUDIO = Upload(field="file", filename="a.mp3", type="audio/mpeg", data=b"\r\n--X\x00\xff\r\n--XXY\r\nnot a boundary")


def test_what_is_encoded_parses_to_itself() -> None:
    fields = {"model": "whisper-1", "temperature": 0, "stream": True, "include[]": ["logprobs", "x"], "prompt": None}
    kind, body = encode(fields, [AUDIO], boundary="XX")
    parsed, uploads = parse(kind, body)
    assert uploads == [AUDIO]
    assert parsed == {"model": "whisper-1", "temperature": "0", "stream": "true", "include[]": ["logprobs", "x"]}


def test_the_boundary_grows_until_no_file_contains_it() -> None:
    kind, body = encode({}, [AUDIO], boundary="X")
    assert parse(kind, body)[1] == [AUDIO]


def test_a_header_cannot_be_smuggled_in_through_a_file_name() -> None:
    evil = Upload(field="file", filename='a"\r\nX: y', type="audio/mpeg\r\nX: y", data=b"1")
    kind, body = encode({}, [evil], boundary="XX")
    assert b"\r\nX: y" not in body
    assert parse(kind, body)[1][0].data == b"1"


ACCEPTED = {
    "preamble and padding": (
        b"ignored\r\n--XX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--\r\n",
        {"a": "1"},
    ),
    "empty value": (b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--XX--', {"a": ""}),
    "lower case headers": (b'--XX\r\ncontent-disposition:form-data;name="a"\r\n\r\n1\r\n--XX--', {"a": "1"}),
    "utf-8": ('--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n你\r\n--XX--'.encode(), {"a": "你"}),
    "repeated name": (
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n2\r\n--XX--',
        {"a": ["1", "2"]},
    ),
    "no parts": (b"--XX--\r\n", {}),
    "other boundary in value": (
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XXX\r\n--XX--',
        {"a": "1\r\n--XXX"},
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_forms_of_real_clients_are_understood(name: str) -> None:
    body, fields = ACCEPTED[name]
    assert parse(TYPE, body) == (fields, [])


def test_an_extended_file_name_wins() -> None:
    head = (
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="x"; filename*=UTF-8\'\'%E4%BD%A0.mp3\r\n\r\n'
    )
    assert parse(TYPE, head + b"1\r\n--XX--")[1][0].filename == "你.mp3"


REFUSED = {
    "no boundary": ("multipart/form-data", b"--XX--", "boundary"),
    "json": ("application/json", b"{}", "multipart/form-data"),
    "other boundary": (TYPE, b"--YY--", "boundary"),
    "cut short": (TYPE, b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "whole body"),
    "no headers": (TYPE, b"--XX\r\n1\r\n--XX--", "headers"),
    "no name": (TYPE, b"--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--", "name"),
    "binary field": (TYPE, b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--XX--', "UTF-8"),
    "long field": (
        TYPE,
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"x" * 1_000_001 + b"\r\n--XX--",
        "longer",
    ),
    "long head": (TYPE, b"--XX\r\nX: " + b"x" * 8_200 + b"\r\n\r\n1\r\n--XX--", "headers"),
    "long head of many lines": (TYPE, b"--XX\r\n" + b"X: xxxx\r\n" * 1_000 + b"\r\n1\r\n--XX--", "headers"),
    "cut in a head": (TYPE, b"--XX\r\nContent-Disposition: form-data; na", "whole body"),
    "cut before the closing dashes": (
        TYPE,
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX',
        "whole",
    ),
    "no content": (
        TYPE,
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="b"\r\n\r\n2\r\n--XX--',
        "line end between",
    ),
    "boundary that goes on": (
        TYPE,
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX 2\r\n--XX--',
        "another boundary",
    ),
    "many parts": (TYPE, b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 65 + b"--XX--", "64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_form_says_what_is_wrong_and_nothing_to_the_log(name: str, caplog: pytest.LogCaptureFixture) -> None:
    kind, body, said = REFUSED[name]
    with pytest.raises(BadForm, match=said), caplog.at_level(logging.DEBUG):
        parse(kind, body)
    assert not caplog.records


PIECES = [b"--XX", b"--XX--", b"\r\n", b"\r", b"-", b" ", b"\xff", b'Content-Disposition: form-data; name="a"']


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=5))))
def test_any_bytes_are_a_form_or_refused(pieces: list[bytes]) -> None:
    with suppress(BadForm):
        parse(TYPE, b"--XX\r\n" + b"".join(pieces))


@given(st.binary(), st.sampled_from([b"", b"\r\n", b"\r\n--X", b"\r\n--XXY", b"-", b"\r"]))
def test_a_files_bytes_are_the_callers_to_the_last(data: bytes, end: bytes) -> None:
    upload = Upload(field="file", filename="a", type="audio/mpeg", data=data + end)
    kind, body = encode({"model": "m"}, [upload], boundary="a-boundary")
    assert parse(kind, body) == ({"model": "m"}, [upload])


def test_the_parser_is_imported_with_the_first_upload_alone() -> None:
    program = "import sys; from gateway.wire import multipart; assert 'python_multipart' not in sys.modules"
    shared = Path(__file__).parents[3] / "shared"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(shared)})
