import pytest

from lab.activations.design.knots import Knots
from lab.data.files.knots import knots_from_csv
from lab.errors import PartError

TENT = Knots((-2, 0, 2), (0.1, 1, 0.1))


@pytest.mark.parametrize(
    "text",
    [
        "z,slope\n-2,0.1\n0,1\n2,0.1\n",
        "\ufeffz, slope\r\n-2, 0.1\r\n0, 1\r\n2, 0.1\r\n",
        "note,slope,z\na,0.1,-2\n\nb,1,0\nc,0.1,2",
        "z;slope\n-2;0,1\n0;1\n2;0,1\n",
        "z\tslope\n-2\t0.1\n0\t1\n2\t0.1\n",
    ],
    ids=["plain", "as spreadsheets write it", "among other columns", "with a decimal comma", "with tabs"],
)
def test_knots_of_a_csv_file(tmp_path, text):
    path = tmp_path / "knots.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert knots_from_csv(path) == TENT


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", " is empty, expected rows, and a line before them that names the columns"),
        (b"z,slopes\n0,1\n", ": expected the columns z and slope with values, got z, slopes"),
        (b"z,slope\n0,1\n1,one\n", ": line 3: column slope: 'one' is not a number"),
        (b"z,slope\n0,1\n1\n", ": line 3: 1 field, expected 2 as in the header"),
        (b"z,slope\n0,1\n1,\n", ": line 3: column slope: a number is missing"),
        (b"z,slope\n0,1\n", ": at least 2 knots are needed, got 1"),
        (b"z,slope\n1,1\n0,1\n", ": z must be strictly increasing, got 0 after 1"),
        ("z,slope,é\n0,".encode() + b"\xff,1\n", ": line 2: is not UTF-8 (byte 0xff); save"),
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
