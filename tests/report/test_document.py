import json
import re
from base64 import b64decode
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from lab.report.document import document, inert, text


def test_the_policy_names_the_style_and_the_script_that_are_there_and_nothing_else():
    page = document("t", "<main></main>", {}, style=["style.css"], script=["draw.js", "views.js"])
    policy = re.search(r'content="(default-src[^"]*)"', page)[1]
    allowed = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert allowed["default-src"] == ["'none'"]
    for directive, pattern in (
        ("style-src", "<style>(.*?)</style>"),
        ("script-src", "<script>(.*?)</script>"),
    ):
        content = re.search(pattern, page, re.DOTALL)[1]
        (source,) = allowed[directive]
        assert b64decode(source.strip("'").removeprefix("sha256-")) == sha256(content.encode()).digest()


def test_a_page_reloads_itself_only_where_it_is_asked_to():
    pages = [document("t", "", {}, style=[], script=[], refresh=seconds) for seconds in (0, 7)]
    assert ['http-equiv="refresh"' in page for page in pages] == [False, True]
    assert 'content="7"' in pages[1]


def test_a_title_is_text():
    assert "<title>&lt;b&gt;</title>" in document("<b>", "", {}, style=[], script=[])


@given(st.lists(st.text() | st.sampled_from(["</script>", "<!--", "\u2028"])))
def test_inert_data_come_back_and_hold_no_element(data):
    assert "<" not in inert(data)
    assert json.loads(inert(data)) == data


def test_no_script_or_style_loads_anything_or_writes_html():
    for name in ("draw.js", "views.js", "tables.js", "report.js", "style.css"):
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "fetch(",
            "url(",
            "@import",
        ):
            assert word not in text(name), (name, word)
