import html

from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.markup import escape


@given(st.text())
def test_a_text_is_escaped_as_the_standard_library_does(text: str) -> None:
    assert escape(text) == html.escape(text)


def test_quotes_and_brackets_are_escaped() -> None:
    assert escape("""<a href="x" class='y'>&</a>""") == (
        "&lt;a href=&quot;x&quot; class=&#x27;y&#x27;&gt;&amp;&lt;/a&gt;"
    )
