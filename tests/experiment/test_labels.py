import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.labels import labels


@pytest.mark.parametrize(
    ("varied", "text"),
    [
        ({"network.activation": "tanh"}, "tanh"),
        ({"network.activation": {"name": "leaky-relu", "slope": 0.1}}, "leaky-relu(slope=0.1)"),
        ({"network.activation": {"name": "floored", "inner": {"name": "tanh"}}}, "floored(inner=tanh)"),
        ({"network.activation": ["tanh", "relu"]}, "[tanh relu]"),
        ({"network.activation": "tanh(z)/2 + z**2"}, "tanh(z)/2 + z**2"),
        ({"network.activation": "-z*2"}, "(-z*2)"),
        ({"network.activation": "folder/mine.py:Mine"}, "Mine"),
        ({"network.hidden": [30, 30, 30]}, "30-30-30"),
        ({"network.hidden": []}, "no hidden layer"),
        ({"network.hidden": [30] * 100}, "100×30"),
        ({"network.cost": "quadratic", "training.eta": 0.3}, "quadratic, eta=0.3"),
        ({"network.output": "tanh"}, "output=tanh"),
        ({"training.batch": "full", "training.eta": 1e-05}, "batch=full, eta=1e-05"),
        ({"data.name": "../a/b.csv"}, "../a/b.csv"),
        ({"activations.a.floor": 0.1, "activations.b.floor": 0.2}, "a.floor=0.1, b.floor=0.2"),
        ({"network.activation": "tanh", "network.hidden": [30, 30]}, "tanh, 30-30"),
        ({}, "elu(alpha=0.5)"),
    ],
)
def test_label(varied, text):
    assert labels([varied], {"name": "elu", "alpha": 0.5}) == [text]


@pytest.mark.parametrize(
    ("named", "called"),
    [
        (("a.py:Mine", "b.py:mine", "b.py:Other"), ["a.py:Mine", "b.py:mine", "Other"]),
        (("x/a.py:Mine", "y/a.py:Mine", "b.py:Mine"), ["a.py:Mine", "a.py:Mine #2", "b.py:Mine"]),
        (
            [{"name": "floored", "inner": one} for one in ("a.py:Mine", "b.py:Mine")],
            ["floored(inner=a.py:Mine)", "floored(inner=b.py:Mine)"],
        ),
        (("a" * 60 + "1", "a" * 60 + "2"), ["a" * 59 + "…", "a" * 59 + "… #2"]),
    ],
)
def test_what_is_alike_is_told_apart_by_its_file_or_numbered(named, called):
    assert labels([{"network.activation": one} for one in named], "") == called


def test_a_class_has_its_file_in_all_labels_or_in_none():
    varied = [("a.py:Mine", 0.1), ("b.py:Mine", 0.1), ("a.py:Mine", 0.2)]
    told = labels([{"network.activation": one, "training.eta": eta} for one, eta in varied], "")
    assert told == ["a.py:Mine, eta=0.1", "b.py:Mine, eta=0.1", "a.py:Mine, eta=0.2"]


@given(
    st.lists(
        st.text(min_size=1, max_size=80) | st.floats() | st.lists(st.text(max_size=3), max_size=3),
        min_size=1,
        max_size=8,
    )
)
def test_labels_are_safe_short_and_unlike(values):
    texts = labels([{"network.activation": value} for value in values], "")
    assert len({text.casefold() for text in texts}) == len(values)
    for text in texts:
        assert text.isprintable()
        assert not text.startswith(("=", "+", "-", "@"))
        assert 0 < len(text) <= 70
