"""What root writes for everybody's eyes (notice, about, home page, footer), made safe to show.

Stored is what root wrote, to be edited again; made safe is what is served. So texts from before, and from an import,
are covered, and a better rule works at once. One-api's clients put these texts through a Markdown renderer that lets
HTML pass, and into their page. Therefore:

- An address alone (``https://...``) stays as it is: clients show it in a frame.
- A text in which nobody could see a tag or an active link, whatever Markdown they speak, stays letter by letter.
- Everything else is served as the HTML it renders to, cleaned. Cleaning the Markdown itself would not do: a tag in a
  code block is text to one reader and a tag to the next, and escaping it there shows the escapes. The HTML is one
  line in one ``<div>``, which Markdown renderers pass on untouched: https://spec.commonmark.org/0.31.2/#html-blocks
"""

import re
from functools import lru_cache

_ADDRESS = re.compile(r"https://[^\s<>\"'`\\]+")
_TAG = re.compile(r"<[a-zA-Z/!?]")  # what begins a tag, a comment or an instruction; everything else is text in HTML
_ACTIVE = re.compile(r"script:|data:[a-z]*/|data:[;,]", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20\\]")  # browsers skip blanks in a scheme, Markdown takes backslashes out
_PREFORMATTED = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
_LANGUAGE = re.compile(r"language-[\w+#-]+")

_COLOUR = re.compile(r"(rgb|hsl)a?\([\d\s.,%/]*\)")

# Goes with everything in it; of other tags that are not allowed the text stays.
_GONE = {"script", "style", "svg", "math", "template", "iframe", "noscript", "object", "textarea", "select", "title"}
# Nothing that moves an element out of its place, covers others, or loads anything.
_STYLES = {
    *("color", "background-color", "font-size", "font-weight", "font-style", "font-family", "line-height"),
    *("text-align", "text-decoration", "vertical-align", "white-space", "width", "max-width", "height"),
    *("padding", "border", "border-radius", "border-collapse", "list-style-type"),
}


@lru_cache(maxsize=16)
def safe_page(text: str) -> str:
    """A notice or page as it is served: an address, Markdown that holds no HTML, or HTML in one line."""
    if _ADDRESS.fullmatch(text.strip()) or _is_plain(text):
        return text
    return f"<div>{_one_line(_cleaned(_rendered(text)))}</div>"


@lru_cache(maxsize=16)
def safe_html(text: str) -> str:
    """The footer as it is served: HTML, which no client takes for Markdown."""
    return text if _is_plain(text) else _cleaned(text)


def _is_plain(text: str) -> bool:
    """Whether there is nothing in it but text and harmless links, to whatever reader."""
    decoded = _IGNORED.sub("", _unescaped(_unescaped(text)))
    return not _TAG.search(text) and not _ACTIVE.search(decoded)


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    from html import unescape  # noqa: PLC0415 (0.9 MB of names)

    return unescape(text)


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 (90 ms, for pages with HTML in them)

    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def _cleaned(html: str) -> str:
    import nh3  # noqa: PLC0415 (1 ms and 2 MB, for pages with HTML in them)

    attributes: dict[str, set[str]] = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = {"style", "title", "align"}
    attributes["font"] = {"color", "size"}
    attributes["code"] = {"class"}
    attributes["details"] = {"open"}
    return nh3.clean(
        html,
        tags=nh3.ALLOWED_TAGS | {"font"},
        clean_content_tags=_GONE,
        attributes=attributes,
        tag_attribute_values={"a": {"target": {"_blank"}}},
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        attribute_filter=_filtered,
    )


def _filtered(tag: str, name: str, value: str) -> str | None:
    """Of data only pictures, of classes only a code block's language, no styles that load or calculate."""
    if name == "class":
        return value if _LANGUAGE.fullmatch(value) else None
    if name == "style":
        return None if re.search(r"[(\\@]", _COLOUR.sub("", value)) else value
    if _IGNORED.sub("", value).lower().startswith("data:"):
        return value if (tag, name) == ("img", "src") and _PICTURE.fullmatch(value) else None
    return value


def _one_line(html: str) -> str:
    """Without line breaks: kept as references where they show, blanks elsewhere."""
    kept = _PREFORMATTED.sub(lambda found: re.sub(r"\r\n|\r|\n", "&#10;", found[0]), html)
    return re.sub(r"[\r\n]+", " ", kept).strip()
