import json

from lab.console.data import look_page
from lab.console.screen import show


def test_the_page_ends_with_the_table_to_paste(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("x;z;y\n" + "1,5;a;no\n2;b;yes\n" * 10)
    page = look_page(path)
    show(page)
    out, err = capsys.readouterr()
    assert "2 features, from which to tell 2 classes; 16 rows to train on, 4 to test" in out
    assert out.rstrip().endswith(
        f'[data]\nname = "{path}"\ntarget = "y"\ntest = 4\nshuffle = true\ntask = "classes"'
    )
    assert "note: numbers have a decimal comma\n" in err
    show(page, as_json=True)
    told = json.loads(capsys.readouterr()[0])
    assert told["classes"] == ["no", "yes"]
    assert [row["column"] for row in told["columns"]] == ["x", "z", "y"]
    assert told["left_out"] == {}


def test_of_one_row_the_noun_is_in_the_singular(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1.5,1\n")
    show(look_page(path))
    assert "1 feature, from which to tell 1 number; 1 row to train on, 0 to test" in capsys.readouterr()[0]


def test_a_column_that_is_left_out_has_its_reason_on_the_page(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("a;b;y\n" + "".join(f"1.{n}00,50;{n * n % 7}.5;{'yn'[n % 2]}\n" for n in range(1, 9)))
    page = look_page(path)
    show(page)
    out, err = capsys.readouterr()
    assert "\n1 feature, from" in out
    assert "note: column 'a' is left out: '1.100,50' is not read as a number: thousands separators" in err
    show(page, as_json=True)
    assert [*json.loads(capsys.readouterr()[0])["left_out"]] == ["a"]
