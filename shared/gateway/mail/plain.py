"""The text of a mail, from its HTML: what is read where HTML is not shown. Pure."""

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "li", "h1", "h2", "h3", "table", "tr", "ul"})


def text_of(html: str) -> str:
    """Paragraphs apart, breaks as breaks, a link with its address behind it unless that is what it shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    paragraphs = ("".join(piece) for piece in reader.paragraphs)
    lines = ("\n".join(" ".join(line.split()) for line in paragraph.split("\n")).strip() for paragraph in paragraphs)
    return "\n\n".join(filter(None, lines)) + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[list[str]] = [[]]
        self._link = ""
        self._shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.paragraphs.append([])
        elif tag == "br":
            self.paragraphs[-1].append("\n")
        elif tag == "a":
            self._link, self._shown = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.paragraphs.append([])
        elif tag == "a":
            if self._link and self._link != self._shown.strip():
                self.paragraphs[-1].append(f" ({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.paragraphs[-1].append(data.replace("\n", " "))
        self._shown += data
