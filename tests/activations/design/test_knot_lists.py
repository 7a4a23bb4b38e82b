import pytest

from lab.activations.design.knot_lists import knots_from_text
from lab.activations.design.knots import Knots
from lab.errors import PartError

TENT = Knots((-2, 0, 2), (0.1, 1, 0.1))


@pytest.mark.parametrize(
    "text", ["-2:0.1, 0:1, 2:0.1", "-2:.1,0:1,2:1e-1", "  -2 : 0.1 , 0 : 1.0 , 2 : 0.1 "]
)
def test_knots_of_a_text(text):
    assert knots_from_text(text) == TENT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-2:0.1, 0", "'0' is no knot; expected Z:SLOPE, as in -2:0.1, 0:1, 2:0.1"),
        ("", "'' is no knot; expected Z:SLOPE"),
        ("0:1, 1:x", "knots: slope = 'x': expected a number, as in -2:0.1, 0:1, 2:0.1"),
        ("0:1, :2", "knots: z = '': expected a number"),
        ("0:1", "knots: at least 2 knots are needed, got 1"),
        ("2:1, 0:1", "knots: z must be strictly increasing, got 0 after 2"),
        ("0:1, 1:nan", "knots: slopes must be finite, got nan"),
    ],
)
def test_what_is_wrong_with_a_text_is_told(text, message):
    with pytest.raises(PartError, match=f"^{message}"):
        knots_from_text(text)
