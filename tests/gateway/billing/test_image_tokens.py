import base64
import struct

import pytest

from gateway.billing.image_tokens import dimensions, image_tokens

VECTORS = [
    ((1, 1), 255, 8500),
    ((513, 512), 425, 14167),
    ((768, 768), 765, 25501),
    ((1024, 1024), 765, 25501),
    ((2049, 1000), 1445, 48169),
    ((4096, 8192), 1105, 36835),
    ((2048, 768), 1445, 48169),
    ((3000, 100), 765, 25501),
]


def png(width, height):
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + struct.pack(">II", width, height)
        + b"\x08\x02\x00\x00\x00"
    )


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00"


def jpeg(width, height):
    exif = b"\xff\xe1" + struct.pack(">H", 10) + b"Exif\x00\x00\xff\xc0"  # a marker inside a segment is data
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3)
    return b"\xff\xd8" + exif + b"\xff\xd0" + frame + bytes(9)


def webp(kind, payload):
    return b"RIFF" + struct.pack("<I", 30) + b"WEBP" + kind + struct.pack("<I", len(payload)) + payload


def webp_lossy(width, height):
    return webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width | 0x4000, height))


def webp_lossless(width, height):
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14))


def webp_extended(width, height):
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


FORMATS = [png, gif, jpeg, webp_lossy, webp_lossless, webp_extended]


def data_url(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(("size", "usual", "mini"), VECTORS)
def test_tokens_follow_the_tiles_of_the_scaled_picture(size, usual, mini):
    assert image_tokens("gpt-4o", data_url(png(*size))) == usual
    assert image_tokens("gpt-4o-mini", data_url(png(*size)), "high") == mini


@pytest.mark.parametrize("make", FORMATS)
def test_the_size_is_read_from_the_header(make):
    assert dimensions(make(640, 480)) == (640, 480)


@pytest.mark.parametrize("make", FORMATS)
def test_a_header_cut_anywhere_is_no_picture_and_no_error(make):
    whole = make(640, 480)
    for end in range(len(whole)):
        assert dimensions(whole[:end]) in (None, (640, 480))


@pytest.mark.parametrize("detail", ["", "auto", "high"])
def test_no_detail_means_high(detail):
    assert image_tokens("gpt-4o", data_url(gif(513, 512)), detail) == 425


def test_low_detail_has_one_price_whatever_the_picture():
    assert image_tokens("gpt-4o", "https://example.com/x.png", "low") == 85
    assert image_tokens("gpt-4o-mini", "not even a url", "low") == 2833


@pytest.mark.parametrize(
    "url", ["data:image/png;base64,!!!!", "data:image/png;base64", data_url(b"not a picture"), data_url(b"")]
)
def test_what_cannot_be_read_counts_nothing(url):
    assert image_tokens("gpt-4o", url) == 0


def test_an_unknown_detail_counts_nothing():
    assert image_tokens("gpt-4o", data_url(png(1, 1)), "huge") == 0


def test_a_picture_behind_a_url_counts_by_its_bytes_if_somebody_has_them_else_as_a_usual_one():
    assert image_tokens("gpt-4o", "https://example.com/x.png", fetched=png(1, 1)) == 255
    assert image_tokens("gpt-4o", "https://example.com/x.png") == 765
