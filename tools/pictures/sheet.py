"""Pictures put together, and made small: by a page's canvas, so that nothing else has to be installed."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser

DRAW = """async ({ cells, width, height, limit, ink, ground }) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  context.font = '600 15px system-ui, sans-serif';
  for (const { picture, label, x, y, w, h } of cells) {
    context.fillStyle = ink;
    if (label) context.fillText(label, x, y - 8);
    const blob = await (await fetch('data:image/png;base64,' + picture)).blob();
    const bitmap = await createImageBitmap(blob, { resizeWidth: w, resizeHeight: h, resizeQuality: 'high' });
    context.drawImage(bitmap, x, y);
    context.strokeStyle = '#868e96';
    context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  }
  for (let quality = 0.9; ; quality -= 0.06) {
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
    if (blob.size <= limit || quality < 0.2) {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(text);
    }
  }
}"""
GAP, LABEL = 8, 26


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures of one view, beside each other."""

    label: str
    pictures: Sequence[bytes]


def sheet(browser: Browser, rows: Sequence[Row], *, size: tuple[int, int], columns: int, limit: int) -> bytes:
    """WebP of at most ``limit`` bytes: views in columns, each picture of one brought to ``size``."""
    w, h = size
    across = max(len(row.pictures) for row in rows) * (w + GAP) + 2 * GAP
    cells: list[dict[str, object]] = []
    for number, row in enumerate(rows):
        left, top = number % columns * across + GAP, number // columns * (h + LABEL + GAP) + LABEL
        for place, picture in enumerate(row.pictures):
            at = {"x": left + place * (w + GAP), "y": top, "w": w, "h": h, "label": "" if place else row.label}
            cells.append(at | {"picture": base64.b64encode(picture).decode()})
    lines = -(-len(rows) // columns)
    return _drawn(browser, cells, (across * columns, lines * (h + LABEL + GAP) + GAP), limit)


def shrunk(browser: Browser, picture: bytes, size: tuple[int, int], limit: int) -> bytes:
    """One picture as WebP of at most ``limit`` bytes."""
    cell = {"x": 0, "y": 0, "w": size[0], "h": size[1], "label": "", "picture": base64.b64encode(picture).decode()}
    return _drawn(browser, [cell], size, limit)


def _drawn(browser: Browser, cells: list[dict[str, object]], size: tuple[int, int], limit: int) -> bytes:
    page = browser.new_page()
    try:
        given = {"cells": cells, "width": size[0], "height": size[1], "limit": limit}
        text: str = page.evaluate(DRAW, given | {"ink": "#212529", "ground": "#f1f3f5"})
        return base64.b64decode(text)
    finally:
        page.close()
