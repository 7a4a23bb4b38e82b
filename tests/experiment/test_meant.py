"""What is proposed for a wrong value is TOML, and of the type that is due."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.meant import has_escapes, number_meant, right_value, value_meant, without_escapes

NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("10%", 0.1), ("12.5 %", 0.125), ("200%", 2.0), ("1,5%", 0.015)),
        *(("0,1", 0.1), ("-0,25", -0.25), (".5", 0.5), ("5.", 5.0), ("+3", 3)),
        *(("−0.1", -0.1), ("–2", -2), ("1/3", 1 / 3), ("1e-3", 1e-3), ("1/1e3", 1e-3)),
    ],
)
def test_a_number_that_is_meant(text, number):
    assert tomllib.loads(f"x = {number_meant(text)}")["x"] == number


@pytest.mark.parametrize("text", ["", "a", "1/0", "1e999", "1e999%", "0.1.2", "%", "--1", "1 2", "9" * 60])
def test_what_is_no_number_is_none(text):
    assert number_meant(text) == ""


@given(x=NUMBERS, y=NUMBERS)
def test_every_way_to_write_a_number_is_understood(x, y):
    for text, number in (
        (repr(x), x),
        (f"{x:.6f}".replace(".", ",").replace("-", "−"), float(f"{x:.6f}")),
        (f"{x}/{y}", x / y),
    ):
        assert float(number_meant(text)) == pytest.approx(number, rel=1e-15)


@given(numbers=st.lists(st.integers(1, 99), min_size=2), blanks=st.sampled_from(["", " ", "  "]))
def test_a_list_without_its_brackets(numbers, blanks):
    text = f",{blanks}".join(map(str, numbers))
    listed = tomllib.loads(f"x = {right_value('list_type', text)}")["x"]
    assert (listed, value_meant(text).endswith(right_value("list_type", text))) == (numbers, True)


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        *(("list_type", 30, [30]), ("list_type", "tanh", ["tanh"]), ("float_type", "10%", 0.1)),
        *(("int_type", "30", 30), ("int_type", 30.0, 30), ("int_type", "1,000", 1000)),
        *(("int_type", "1.000.000", 1_000_000), ("float_type", "1.250", 1.25)),
        *(
            ("expected", "64", 64),
            ("expected", 64.0, 64),
            ("bool_type", "False", False),
            ("bool_type", 1, True),
        ),
    ],
)
def test_a_value_of_the_type_that_is_due(kind, value, right):
    written = tomllib.loads(f"x = {right_value(kind, value)}")["x"]
    assert (written, type(written)) == (right, type(right))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int_type", 0.2), ("int_type", "many"), ("float_type", "fast"), ("bool_type", 2), ("bool_type", "no"),
     ("list_type", {"a": 1}), ("expected", "ful"), ("string_type", 3), ("int_type", True)],
)  # fmt: skip
def test_where_nothing_is_known_nothing_is_proposed(kind, value):
    assert right_value(kind, value) == ""


@given(st.text("abntfr:\\", min_size=1))
def test_a_path_of_windows_is_the_same_in_single_quotes(path):
    said = without_escapes(path)
    quoted = said.partition("write ")[2].rpartition(", in single quotes")[0]
    assert tomllib.loads(f"x = {quoted}")["x"] == path


def test_what_was_read_as_escapes_is_written_again():
    read = tomllib.loads(r'x = "C:\temp\new\back\form\root"')["x"]
    assert has_escapes(read)
    assert r"'C:\temp\new\back\form\root'" in without_escapes(read)
    assert not has_escapes(r"C:\Users\me")


def test_a_list_of_tables_for_a_table_and_a_number_for_a_list():
    assert right_value("model_type", [{"name": "moons"}]).startswith("its heading in single brackets")
    assert right_value("list_type", "3") == "[3]"
    assert right_value("list_type", "tanh") == '["tanh"]'


def test_a_list_whose_texts_have_lost_their_quotes_is_not_quoted_as_a_whole():
    assert right_value("list_type", "[tanh(z), relu]") == 'its texts in quotes, as ["a", "b"]'
    assert right_value("list_type", "[3") == ""
    assert right_value("list_type", 5000 * "[") == ""
    assert right_value("list_type", f"[{5000 * '1'}]").startswith("its texts")
