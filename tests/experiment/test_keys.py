import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.keys import assigned, dotted, parsed

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.tuples(NAMES, st.lists(NAMES | st.integers(0, 999), max_size=4).map(tuple)).map(
    lambda pair: (pair[0], *pair[1])
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("network.hidden[1]", ("network", "hidden", 1)),
        ('vary."network.activation"', ("vary", "network.activation")),
        ("vary.'network.activation'[0][2]", ("vary", "network.activation", 0, 2)),
        ("a[0].b", ("a", 0, "b")),
        ("a . b", ("a", "b")),
        ('"\\u03c3"', ("σ",)),
    ],
)
def test_parsed(text, key):
    assert parsed(text) == key


@pytest.mark.parametrize("text", ["", ".", "a.", "a b", "[0]", "a[-1]", "a[x]", 'a."b', "σ", "a[0]b"])
def test_no_key(text):
    with pytest.raises(ValueError, match="key"):
        parsed(text)


@given(KEYS)
def test_a_dotted_key_is_parsed_back(key):
    assert parsed(dotted(key)) == key


def test_assigned_changes_nothing_in_place_and_makes_missing_tables():
    tables = {"network": {"hidden": [1, 2]}, "data": {"name": "digits"}}
    changed = assigned(tables, ("network", "hidden", 1), 5)
    assert changed == {"network": {"hidden": [1, 5]}, "data": {"name": "digits"}}
    assert tables["network"] == {"hidden": [1, 2]}
    assert assigned({}, ("training", "eta"), 0.3) == {"training": {"eta": 0.3}}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (("a", 3), "index 3 is out of range: a has 2 entries, \\[0\\] to \\[1\\]"),
        (("b", 0), "index 0 is out of range: b has no entries"),
    ],
)
def test_assigned_refuses(key, message):
    with pytest.raises(ValueError, match=message):
        assigned({"a": [1, 2], "b": []}, key, 0)
