import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.files.text_form import form, records, widths
from lab.errors import PartError
from tests.data.conftest import refusal


@pytest.mark.parametrize(
    ("lines", "separator"),
    [
        (["a,b", "1,2"], ","),
        (["a;b", "1,5;2,5"], ";"),
        (["a\tb", "1,5\t2 3"], "\t"),
        (["a|b", "1|2"], "|"),
        ([" a  b", "1 \t 2"], " "),
        (["name,place", "Ann Lee,in; out"], ","),
        (["a,b", "1,2,3", "4,5", "6,7"], ","),
        (["1;2", "3;4", "5"], ";"),
        (["one two", "20, a, 7", "21, b, 8"], ","),
        (["1;2", "3;4", "5;6;7", "8;9;0;1"], ","),
        (["label", "one two", "three four"], ","),
        (['"a";"b"', '"x,y";"z"'], ";"),
        (['18.0   8   307.0\t"a b"', '15.0   8   350.0\t"c d"'], " "),
    ],
)
def test_the_separator_cuts_the_lines_alike(lines, separator):
    assert form("a.csv", lines).separator == separator


@pytest.mark.parametrize(
    ("lines", "decimal"),
    [
        (["a;b", "1,5;2"], ","),
        (["a;b", "1,5;2.5"], "."),
        (["a;b", "1;2"], "."),
        (["a,b", '"1,5",2'], ","),
        (["a,b", '"1,500",2'], "."),
        (["a;b", "x,y;2"], "."),
        (["a;b", "1,96;1.203"], ","),
        (["a;b", "1,203;1.203"], "."),
        (["a;b", "1,96;0.203"], "."),
        (["a;b", "-0,132;1.203"], ","),
        (["a;b", "-0,13;1.203", "0,5;950"], ","),
        (["a;b", "1.203;1", "1.96;3,4", "1.5;2"], "."),
        (["a;b", "1.203;2.150", "1.960;3,4", "1.500;2.250"], "."),
        (["a;b", "1.203;2", "1.960;3,4", "1.500;2"], "."),
    ],
)
def test_a_decimal_comma_is_seen_where_no_number_has_a_point(lines, decimal):
    assert form("a.csv", lines).decimal == decimal


@pytest.mark.parametrize(
    ("lines", "titles", "comments"),
    [
        (["# of 2020", "% by hand", "x,y", "1,2"], ("x", "y"), 2),
        (["# of 2020", "1,2", "3,4"], None, 1),
        (["# of 2020", "# x,y", "1,2", "3,4"], ("x", "y"), 1),
        (["sep=;", "x;y", "1;2"], ("x", "y"), 1),
    ],
)
def test_comments_before_the_table_are_passed_over_and_may_name_the_columns(lines, titles, comments):
    found = form("a.csv", lines)
    assert (found.titles, found.comments) == (titles, comments)
    assert found.before == len(lines) - sum(line[0].isdigit() for line in lines)


def test_the_head_of_an_arff_file_names_the_columns():
    head = ["% by hand", "@RELATION iris", "", "@attribute 'sepal length' numeric", "@ATTRIBUTE kind\t{a, b}"]
    found = form("a.arff", [*head, "@DATA", "1.5,a", "?,b"])
    assert (found.titles, found.separator, found.before) == (("sepal length", "kind"), ",", 6)
    assert form("a.csv", ["@data,x", "1,2"]).titles == ("@data", "x")


def test_quotes_may_hold_lines_and_separators():
    lines = ['a,"b\n', ' c, d"\n', "\n", "e,f\n"]
    assert list(records("a.csv", lines, ",")) == [(2, ["a", "b\n c, d"]), (4, ["e", "f"])]
    message = "a.csv: line 2: unexpected end of data"
    assert refusal(list, records("a.csv", ["a,b\n", 'c,"d\n'], ",")) == message


@given(st.lists(st.text('a1 \t;,"', max_size=8)), st.sampled_from("\t;|, "), st.integers(0, 3))
def test_the_widths_of_rows_are_those_of_the_records(lines, separator, before):
    def told(rows, width):
        try:
            return [(line, width(row)) for line, row in rows("a.csv", ended, separator, before)]
        except PartError as error:
            return str(error)

    ended = [f"{line}\n" for line in lines]
    assert told(widths, int) == told(records, len)


@pytest.mark.parametrize("lines", [["a;b", "1,5;2,5"], ["a", "1"], ["a;b", "1;2;3"]])
def test_a_separator_that_is_given_is_taken(lines):
    assert form("a.csv", lines, ";").separator == ";"
