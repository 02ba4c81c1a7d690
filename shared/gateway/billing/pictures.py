"""Which price of a table of pictures holds for one."""

from collections.abc import Mapping
from fractions import Fraction

DEFAULT_SIZE = "1024x1024"  # what a picture is when nobody says


def fitting_picture(images: Mapping[str, Fraction], size: str, quality: str) -> Fraction | None:
    """By quality and size, by size, any size; the dearest that fits if nobody says."""
    size = size or DEFAULT_SIZE
    for name in (f"{quality}/{size}", size):
        if name in images:
            return images[name]
    fitting = [price for name, price in images.items() if name.endswith(f"/{size}")]
    if not fitting:
        fitting = [price for name, price in images.items() if quality and name.startswith(f"{quality}/")]
    if not fitting and "" in images:
        return images[""]
    return max(fitting or images.values(), default=None)
