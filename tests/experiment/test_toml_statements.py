import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.keys import dotted
from lab.experiment.toml_statements import given_before, lines, statements
from lab.experiment.toml_writer import document, key_text

TEXT = '''\
# a comment = 1
title = "x # no comment"   # [nor a table]

[data]  # here
name = """
[not.a.table]
key = 1 \\""" still
"""
literal = \'\'\'
it's = 2\'\'\'
[network]
hidden = [  # a list
  1,  # one ] bracket
  2, "]", ']',
]
activation = {name = "elu", alpha = [1, 2]}
cost.name = "huber"
"quoted key" . 'and' = 1
[[runs]]
a = 1
[[runs]]
a = 2
[runs.inner]
b = 3
'''


STATEMENTS = """\
2 title
4 data
5 data.name
9 data.literal
11 network
12 network.hidden
16 network.activation
17 network.cost.name
18 network."quoted key".and
19 runs
20 runs[0].a
21 runs
22 runs[1].a
23 runs[1].inner
24 runs[1].inner.b
"""


def test_statements():
    assert set(tomllib.loads(TEXT)) == {"title", "data", "network", "runs"}
    found = [f"{line} {dotted(key)}\n" for key, line in statements(TEXT)]
    assert "".join(found) == STATEMENTS


def test_lines_know_tables_that_are_only_mentioned():
    found = {dotted(key): line for key, line in lines("\n[a.b]\nc.d = 1\n").items()}
    assert found == {"a": 2, "a.b": 2, "a.b.c": 3, "a.b.c.d": 3}


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("a = 1\n\na = 2\n", ("a",), (1, 3)),
        ("[a]\n[b]\n[a]\n", ("a",), (1, 3)),
        ("a = 1\n[a.b]\n", ("a",), (1, 2)),
        ("a.b = 1\n[a]\n", ("a",), (1, 2)),
        ("[a]\nb = 1\nc = 2\nb = [\n3]\n", ("a", "b"), (2, 4)),
        ("[a]\n[[a]]\n", ("a",), (1, 2)),
    ],
)
def test_what_is_given_twice(text, key, lines):
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    assert given_before(list(statements(text))) == (key, *lines)


@given(st.text(st.sampled_from("ab=.[]{}\"'#\\\n ,1"), max_size=60))
def test_no_text_is_refused(text):
    found = list(statements(text))
    assert all(1 <= line <= text.count("\n") + 1 for _, line in found)


NAMES = st.text(st.sampled_from("ab.\"'[]#="), min_size=1, max_size=3)
LEAVES = st.text(st.sampled_from("ab\"'#[\n"), max_size=5) | st.lists(
    st.sampled_from(["]", "#", "=\n"]), max_size=2
)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, LEAVES, min_size=1, max_size=3), max_size=3))
def test_every_key_of_a_document_is_found_on_its_line(tables):
    text = document(tables)
    found = lines(text)
    inner = {(name, key) for name in tables for key in tables[name]}
    assert set(found) == {(name,) for name in tables} | inner
    for key, line in found.items():
        start = f"[{key_text(key[0])}]" if len(key) == 1 else f"{key_text(key[1])} = "
        assert text.split("\n")[line - 1].startswith(start)
