import pytest

from lab.activations.design.knot_lists import knots_from_csv, knots_from_text
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
        ("0:1, 1:x", "knots: slope = 'x': expected a number"),
        ("0:1, :2", "knots: z = '': expected a number"),
        ("0:1", "knots: at least 2 knots are needed, got 1"),
        ("2:1, 0:1", "knots: z must be strictly increasing, got 0 after 2"),
        ("0:1, 1:nan", "knots: slopes must be finite, got nan"),
    ],
)
def test_what_is_wrong_with_a_text_is_told(text, message):
    with pytest.raises(PartError, match=f"^{message}"):
        knots_from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "z,slope\n-2,0.1\n0,1\n2,0.1\n",
        "\ufeffz, slope\r\n-2, 0.1\r\n0, 1\r\n2, 0.1\r\n",
        "note,slope,z\na,0.1,-2\n\nb,1,0\nc,0.1,2",
    ],
    ids=["plain", "as spreadsheets write it", "among other columns"],
)
def test_knots_of_a_csv_file(tmp_path, text):
    path = tmp_path / "knots.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert knots_from_csv(path) == TENT


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ": expected the columns z and slope, got nothing"),
        (b"z,slopes\n0,1\n", ": expected the columns z and slope, got z, slopes"),
        (b"z,slope\n0,1\n1,one\n", ":3: slope = 'one': expected a number"),
        (b"z,slope\n0,1\n1\n", ":3: slope = '': expected a number"),
        (b"z,slope\n0,1\n", ": at least 2 knots are needed, got 1"),
        (b"z,slope\n1,1\n0,1\n", ": z must be strictly increasing, got 0 after 1"),
        (b"z,slope\n0,\xff\n", ": is no CSV file in UTF-8: "),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(tmp_path, data, message):
    path = tmp_path / "knots.csv"
    path.write_bytes(data)
    with pytest.raises(PartError) as caught:
        knots_from_csv(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PartError, match=r"none\.csv: cannot be read: No such file or directory$"):
        knots_from_csv(tmp_path / "none.csv")
