import subprocess
import sys

import pytest

from lab.data.files.text_file import read
from lab.errors import PartError

ROWS = "".join(f"{row},{row / 2},{'ab'[row % 2]}\n" for row in range(1, 7))


@pytest.fixture
def table(tmp_path):
    def made(text):
        path = tmp_path / "a.csv"
        path.write_text(text)
        return read(path, path.name)

    return made


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f"x,z,y\n{ROWS},,\n,,\n", "lines 8, 9 hold no value and are left out"),
        ("x,z,y\n" + ROWS.replace("\n", "\n,,\n"), "6 lines hold no value and are left out"),
        (f"x,z,y\n(mm),(kg),\n{ROWS}", "line 2 holds texts where others have numbers and is left out"),
        (f"x,z,y\n{ROWS}x,z,y\n{ROWS}", "line 8 holds texts where others have numbers and is left out"),
        (f"x,z,y\n{ROWS}As of 2020,,\n", "line 8 holds texts where others have numbers and is left out"),
        (f"x,z,y\n{ROWS}all,21,10.5\n", ""),
    ],
)
def test_rows_that_are_no_examples_are_left_out_and_told(table, text, note):
    made = table(text)
    assert made.notes == ((note,) if note else ())
    if note:
        assert made.columns["x"].tolist() == [*range(1, 7)] * (len(made.places) // 6)
        assert {*made.columns["y"]} == {"a", "b"}


def test_a_text_beside_numbers_and_one_amid_the_rows_are_no_such_rows(table):
    for line in ("?,one,a", "one,two,a"):
        assert len(table(f"x,z,y\n{ROWS}{line}\n{ROWS}").places) == 13
    tickets = "".join(f"{'PC ' * (row % 2)}{row}a,,{row % 3}\n" for row in range(30))
    assert len(table(f"ticket,age,y\n{tickets.replace(',,', ',7,')}PC 1,,\n").places) == 31
    assert len(table(f"x,y\n{ROWS.replace(',a', '').replace(',b', '')}one,7\n").places) == 7


def test_examples_that_are_columns_are_told_with_the_line_that_turns_them(tmp_path, table):
    names = ",".join(f"s{at}" for at in range(12))
    genes = "".join(
        f"gene{gene}," + ",".join(f"{gene * at / 8}" for at in range(1, 13)) + "\n" for gene in range(1, 9)
    )
    for text in (f"id,{names}\n{genes}kind{',a,b' * 6}\n", f"id,{names}\nkind{',a,b' * 6}\n{genes}"):
        with pytest.raises(
            PartError, match=r"line \d+: holds 'a' and other classes, so that examples are"
        ) as caught:
            table(text)
        line = str(caught.value).partition("python -c ")[2].strip('"')
        subprocess.run([sys.executable, "-c", line], cwd=tmp_path, check=True)
        turned = read(tmp_path / "a-turned.csv", "a-turned.csv")
        assert turned.columns["kind"].tolist() == ["a", "b"] * 6
        assert turned.columns["gene8"].tolist() == [*range(1, 13)]
