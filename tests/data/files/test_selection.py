import numpy as np
import pytest

from lab.data.files.selection import unfit
from lab.errors import PartError
from tests.data.conftest import refusal

ROWS = [
    (n, ["2", "5more"][n % 3 > 0], "abc"[n % 3], ["no", "yes"][n % 2], f"2020-01-{n + 10}") for n in range(12)
]
CARS = "id,doors,fuel,turbo,built,hp,y\n" + "".join(
    f"{','.join(map(str, row))},{row[0] / 8},{row[0] / 16}\n" for row in ROWS
)


def test_texts_of_few_kinds_are_made_numbers_and_told(load):
    data = load(CARS, ignore=["id", "built"])
    assert data.x_train[1].tolist() == [1, 0, 1, 0, 1, 0.125]
    assert data.notes == (
        "column 'doors': '5more' is 1, '2' is 0",
        "column 'fuel' became 3 columns of 0 and 1: a, b, c",
        "column 'turbo': 'yes' is 1, 'no' is 0",
    )


def test_a_list_names_the_columns_that_are_coded_also_numbers(load):
    data = load("x,z,y\n1,a,0.5\n2,b,1.5\n3,b,2.5\n", one_hot=["x", "z"])
    assert data.x_train.tolist() == [[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 1]]
    assert refusal(load, "x,z,y\n1,a,0.5\n2,b,1.5\n", one_hot=["x"]).startswith(
        "a.csv has features that are texts: 'z'; ignore = [\"z\"] leaves them out, one_hot = true"
    )


@pytest.mark.parametrize(
    ("parameters", "width"),
    [
        ({"features": ["hp"]}, 1),
        ({"features": ["h*", "y", "fuel"]}, 4),
        ({"ignore": ["i?", "built", "fuel"]}, 3),
        ({"features": ["[dh]*"], "ignore": ["doors"]}, 1),
    ],
)
def test_features_are_chosen_by_names_and_patterns(load, parameters, width):
    assert load(CARS, **parameters).x_train.shape == (12, width)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "a.csv has features that are texts: 'built' (dates); ignore = [\"built\"] leaves them out"),
        ({"one_hot": False, "features": ["fuel", "built"]},
         "a.csv has features that are texts: 'fuel', 'built' (dates); "
         'ignore = ["fuel", "built"] leaves them out, '
         "one_hot = true makes texts of few kinds numbers"),
        ({"features": ["fule"]}, "a.csv has no column 'fule'; did you mean 'fuel'? "
         "(known: built, doors, fuel, hp, id, turbo, y)"),
        ({"features": ["y"]}, "a.csv has no column but the target, expected at least one feature"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_names_the_key_that_helps(load, parameters, message):
    assert refusal(load, CARS, **parameters) == message


def test_texts_that_are_all_different_or_many_are_no_features(load):
    content = "name,note,y\n" + "".join(f"n{n},t{n // 2},0.5\n" for n in range(60))
    assert refusal(load, content) == (
        "a.csv has features that are texts: 'name' (all texts are different), 'note' (30 different texts); "
        'ignore = ["name", "note"] leaves them out'
    )


def test_a_column_that_holds_one_text_alone_is_left_out(load):
    data = load("x,z,y\n1,a,0.5\n2,a,1.5\n")
    assert data.x_train.tolist() == [[1], [2]]
    assert data.notes == ("column 'z' holds nothing but 'a' and is left out",)
    assert refusal(load, "z,y\na,0.5\na,1.5\n") == "a.csv: every feature is the same in all rows"


def test_a_missing_text_is_missing_in_all_its_columns(load):
    content = "z,y\na,0.5\n,1.5\nb,2.5\nb,3.5\n"
    assert load(content, nan="drop").x_train.tolist() == [[0], [1], [1]]
    assert load(content, nan="mean").x_train.tolist() == [[0], [2 / 3], [1], [1]]


def test_every_name_that_is_of_no_column_is_told_at_its_key(load):
    with pytest.raises(PartError) as caught:
        load("x,y\n1,2\n3,4\n", target="z", features=["x", "u*"], ignore=["v"], one_hot=["w"])
    told = [(one.parameter, str(one)) for one in (caught.value, *caught.value.also)]
    assert told == [
        (key, f"a.csv has no column {name!r}; expected one of x, y")
        for key, name in (("target", "z"), ("features", "u*"), ("ignore", "v"), ("one_hot", "w"))
    ]


@pytest.mark.parametrize("words", [("1.000,50", "950,50"), ("1,000", "2,000,000"), ("1 000", "12 000")])
def test_numbers_with_thousands_separators_are_said_to_be_no_numbers(load, words):
    rows = "".join(f'"{word}",0.5\n' for word in words)
    told = refusal(load, f"a,y\n{rows}")
    assert f"'a' ({words[0]!r} is not read as a number: thousands separators)" in told
    assert "thousands" not in refusal(load, f"a,y\n{rows}" + "".join(f"{w},0.5\n" for w in "bcdefghi"))


def test_thousands_among_plain_numbers_are_not_said_to_be_missing(load):
    told = refusal(load, "a,y\n" + "".join(f'"{n:,}.5",0.5\n' for n in range(960, 1100, 10)))
    assert "'a' ('1,000.5' is not read as a number: thousands separators)" in told
    told = refusal(load, "a;b;y\n1.203;1,96;0,5\n950;2,5;1,5\n1.100;0,1;2,5\n")
    assert "'a' ('1.203' is not read as a number: thousands separators)" in told


CODED = "a,b,y\n" + "".join(f"{-999 if n % 5 == 0 else n / 10},{99 - n},{n + 0.5}\n" for n in range(30))


def test_a_number_that_stands_for_a_missing_value_is_noted(load):
    note = (
        "'a' holds -999 again and again, far from all other numbers; "
        'taken as a number: if a value is missing there, try missing = ["-999"]'
    )
    assert note in load(CODED).notes
    data = load(CODED, missing=["-999"], nan="drop")
    assert note not in data.notes
    assert len(data.x_train) == 24


def test_a_code_that_is_a_target_is_noted_too(load):
    rows = "".join(f"{n},{99999 if n % 4 == 0 else n + 0.5}\n" for n in range(20))
    assert "'y' holds 99999 again and again" in " ".join(load(f"x,y\n{rows}").notes)


@pytest.mark.parametrize(
    "values",
    [
        [0, 1, 2, 3, 50, 50],
        [-1, -1, 1, 1],
        [-50.5, -50.5, 0, 1, 2],
        [-99, 1, 2, 3],
        [-33, -33, 48, 49, 51, 52],  # latitudes
        [-999, -999, -1.6e308, 0, 1.6e308],
    ],
)
def test_what_may_be_a_number_is_no_code(load, values):
    rows = "".join(f"{value},{at + 0.5}\n" for at, value in enumerate(values))
    assert "again and again" not in " ".join(load(f"x,y\n{rows}").notes)


def test_dates_with_a_time_behind_a_t_are_dates(load):
    rows = "".join(f"2024-01-{n + 1:02}T10:00:00Z,{n + 0.5}\n" for n in range(28))
    assert "'day' (dates)" in refusal(load, f"day,y\n{rows}")


def test_numbers_with_a_sign_beside_them_are_said_to_be_no_numbers(load):
    told = refusal(load, "a,y\n12.5 %,0.5\n" + "".join(f"{n} %,1.5\n" for n in range(40)))
    assert "'a' ('12.5 %' is not read as a number: a sign or unit stands beside it)" in told


def test_kinds_that_differ_only_in_case_are_told(load):
    note = load("z,y\nno,0.5\nNo,1.5\n").notes[0]
    assert note == "column 'z': 'no' is 1, 'No' is 0; 'No' and 'no' differ only in upper and lower case"


def test_a_count_of_the_rows_is_told(load):
    told = "'id' rises by 1 from row to row, as a count of the rows does; not left out: try ignore = [\"id\"]"
    assert told in load("id,x,y\n1,0.5,1.5\n2,0.7,1.5\n3,0.1,2.5\n").notes


@pytest.mark.parametrize("name", ["target", "Label", "class", "y"])
def test_a_target_is_known_by_its_name(load, name):
    data = load(f"x,{name}\n1,0.5\n2,1.5\n", target=None)
    assert data.y_train.tolist() == [[0.5], [1.5]]
    assert data.notes == (f"the target is {name!r}, by its name",)
    assert refusal(load, "x,y,label\n1,2,3\n", target=None).startswith('a.csv needs target = "…"')


def test_what_would_be_too_many_columns_is_refused_before_they_are_made(load, monkeypatch):
    monkeypatch.setattr("lab.data.counts.LARGEST", 8 * 200 * 200 - 1)
    content = "x,y\n" + "".join(f"{n * n},0.5\n" for n in range(200))
    assert refusal(load, content, one_hot=["x"]).startswith("column 'x' of 200 kinds: ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["12 kg", "3.5 kg"], "'12 kg' is not read as a number: a sign or unit stands beside it"),
        (["<0.5", "<2"], "'<0.5' is not read as a number: a sign or unit stands beside it"),
        (["'1'", "'2'"], "\"'1'\" is not read as a number: a sign or unit stands beside it"),
        (["1,10,000", "2,20,000"], "'1,10,000' is not read as a number: thousands separators"),
        (["[1, 2]", "[3, 4]"], "lists, of which each number needs a column of its own"),
        (["2020-01-02", "2020-01-03T10:00"], "dates"),
        (["10.0.0.1", "10.0.0.2"], "all texts are different"),
        (["P01", "P02"], "all texts are different"),
    ],
)
def test_why_texts_are_no_feature(words, reason):
    assert unfit(np.array([*words, *more(words)], dtype=object)) == reason


def more(words):
    """Others like these, so that they are not of two kinds."""
    return [
        word.replace(*digits)
        for word in words
        for digits in (("1", "4"), ("2", "7"), ("5", "8"))
        if digits[0] in word
    ]


def test_columns_of_true_and_false_are_targets_of_which_one_is_met(load):
    rows = "".join(f"{row},{row % 2 == 0},{row % 2 == 1}\n" for row in range(6))
    data = load(f"x,cat,dog\n{rows}", target=["cat", "dog"])
    assert data.classes == ("cat", "dog")


def test_several_columns_that_name_the_rows_are_told_at_once(load):
    rows = "".join(f"{row},{row + 5},{row * 5 % 7},{row / 8}\n" for row in range(7))
    notes = load(f"i,j,car_id,y\n{rows}").notes
    told = "not left out: try ignore ="
    assert (
        f"each of 'i', 'j' rises by 1 from row to row, as a count of the rows does; {told} [\"i\", \"j\"]"
        in notes
    )
    assert f"'car_id' is called an id, and is another number in every row; {told} [\"car_id\"]" in notes


def test_all_features_that_are_texts_are_told_at_once_as_looking_at_the_file_tells_them(load):
    rows = "".join(f"{row},{'abcdefg'[row % 7]}{row},{row % 2}\n" for row in range(40))
    tickets = rows.replace(",a", ",")  # numbers among them
    text = "age,ticket,y\nold,a0,0\nyoung,1,1\n" + tickets
    with pytest.raises(PartError) as caught:
        load(text.encode(), target="y")
    told = [str(caught.value), *map(str, caught.value.also)]
    hint = 'missing = ["old", "young"] takes such as missing, ignore = ["age"] leaves the column out'
    assert told == [
        f"a.csv: line 2: column 'age': 'old' is not a number; {hint}",
        "a.csv has features that are texts: 'ticket' (35 different texts among its numbers, as 'a0'); "
        'ignore = ["ticket"] leaves them out',
    ]


def test_features_as_large_as_can_be_are_looked_at_without_a_warning(load):
    """Their differences ran over."""
    assert len(load("x,y\n1e308,0\n-1e308,1\n1e308,0\n").x_train) == 3


def test_a_name_alone_is_a_list_of_one_and_a_number_the_text_that_it_is(load):
    alone = load(CARS, features="hp", target="y", missing=-9)
    assert (
        alone.x_train.tolist() == load(CARS, features=["hp"], target=["y"], missing=["-9"]).x_train.tolist()
    )
    assert load(CARS, ignore="[ib]*").x_train.tolist() == load(CARS, ignore=["id", "built"]).x_train.tolist()
    assert load(CARS, features="id", one_hot="id").x_train.shape == (12, 12)
    columns = "0,1,2\n0.5,7,1\n1.5,-99,0\n2.5,8,1\n"
    data = load(columns, target=2, ignore=0, missing=[-99.0], nan="mean")
    assert data.x_train.tolist() == [[7], [7.5], [8]]


def test_a_number_for_a_column_is_answered_with_the_names(load):
    read = "read so: no line names the columns: they are c0 … c1"
    assert refusal(load, "1,0.5\n2,1.5\n", target=1).endswith(
        "no column '1'; did you mean 'c1'? (known: c0, c1)"
    )
    assert refusal(load, "1,0.5\n2,1.5\n", target="speed").endswith(f"expected one of c0, c1 ({read})")
