import tomllib
from datetime import date, datetime, time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.hyperbolic import Tanh
from lab.experiment.toml_writer import document, value_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_reading_gives_back_what_was_written(tables):
    assert tomllib.loads(document(tables)) == tables


def test_sections_and_inline_tables():
    tables = {
        "title": "a",
        "network": {"hidden": [3], "activation": {"name": "elu", "alpha": 1e-05}},
        "activations": {"soft-floor": {"floor": 0.1}, "b c": {"value": "z"}},
    }
    assert document(tables) == (
        'title = "a"\n\n'
        '[network]\nhidden = [3]\nactivation = {name = "elu", alpha = 1e-05}\n\n'
        "[activations.soft-floor]\nfloor = 0.1\n\n"
        '[activations."b c"]\nvalue = "z"\n'
    )


@pytest.mark.parametrize("value", [date(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5, 600), time(1, 2, 3)])
def test_dates(value):
    assert tomllib.loads(f"value = {value_text(value)}") == {"value": value}


def test_numpy_numbers_are_written_as_numbers_and_what_toml_cannot_hold_is_refused():
    assert value_text(np.float64(0.1)) == "0.1"
    with pytest.raises(TypeError, match="TOML has no None; leave the key out"):
        value_text(None)
    with pytest.raises(TypeError, match=r"TOML has no Tanh: Tanh\(\); write a part as its name, a formula"):
        value_text(Tanh())
