import json
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from lab.console.as_json import json_text, readable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((nan, None), (inf, "inf"), (-inf, "-inf"), (True, True), ("NaN", "NaN")),
        *((np.float32(0.5), 0.5), (np.float64(nan), None), (np.int64(3), 3)),
        ((1.5, [nan]), [1.5, [None]]),
        (np.array([[1.0, inf]]), [[1.0, "inf"]]),
        ({2: {"a": nan}}, {"2": {"a": None}}),
        (pd.DataFrame({"z": [0.0, nan], "n": [1, 2]}), [{"z": 0.0, "n": 1}, {"z": None, "n": 2}]),
    ],
)
def test_what_json_can_say(value, expected):
    assert readable(value) == expected


def test_json_is_strict_and_keeps_its_letters():
    out = json_text({"σ′": [nan, 0.1]})
    assert "σ′" in out
    assert json.loads(out, parse_constant=pytest.fail) == {"σ′": [None, 0.1]}


def test_fault_79_json_holds_no_control_character_that_a_terminal_obeys():
    assert json_text("\x1b[31m\x9b2J\x7f") == r'"\u001b[31m\u009b2J\u007f"'
