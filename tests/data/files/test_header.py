import pytest

from lab.data.files.text_form import form


@pytest.mark.parametrize(
    ("first", "rows", "named"),
    [
        ("a,b", ["1,2"], True),
        ("a,b", [], True),
        ("5.1,setosa", ["4.9,setosa"], False),
        ("1,2", ["3,4"], False),
        ("0,1,2,label", ["5,6,7,a"], True),
        ("country,1990,1991", ["Chad,2,3"], True),
        ("400,410,label", ["1,2,5", "3,4,6"], True),
        ("400,410,kind", ["1,2,a", "3,4,b"] * 3, True),
        ("400,410,a", ["1,2,a", "3,4,b"] * 3, False),
        ("400,410,c", ["1,2,a", "3,4,b"], False),
        ("5.1,3.5,c", ["4.9,3.1,a", "6.2,2.9,b"] * 3, False),
        ("n.d.,1.5,a", ["0.1,0.2,a", "0.3,0.4,b"], False),
        ("1,2,?", ["1,2,5", "3,4,6"], False),
        ("x,y", ["1,2", "x,y", "3,4"], True),
        ("p,x,p", ["e,x,s"], False),
        ("colour,size", ["red,large", "blue,small"], True),
        ("red,large", ["red,large", "blue,small"], False),
        ("x,y", ["?,1"], True),
        ("x,y,,", ["2,a,,", ",,,"], True),
        ("x,y,,", ["NA,a,,", "2,b,,"], True),
    ],
)
def test_a_line_that_is_unlike_the_rows_names_the_columns(first, rows, named):
    titles = form("a.csv", [first, *rows]).titles
    assert titles == (tuple(first.split(",")) if named else None)


def test_a_header_may_be_one_short_of_an_index():
    assert form("a.txt", ["x y", "1 2 3", "2 4 5"]).titles == ("", "x", "y")
    assert form("a.csv", ["x,y", "2,3,", "4,5,"]).titles == ("x", "y", "")
    assert form("a.csv", ["x,y", "2,3", "4,5,6"]).titles == ("x", "y")
    assert form("a.csv", ["x,y,", "2,3", "4,5"]).titles == ("x", "y")


@pytest.mark.parametrize(
    ("lines", "titles", "comments"),
    [
        (["Results of May,,", ",,", "x,y,z", "1,2,a"], ("x", "y", "z"), 2),
        (["Results of May;;", "", "x;y;z", "1;2;a"], ("x", "y", "z"), 1),
        (["# by hand", "May,,", "x,y,z", "1,2,a"], ("x", "y", "z"), 2),
        (["x,,", "1,2,a", "3,4,b"], ("x", "", ""), 0),
        (["7,,", "1,2,a", "3,4,b"], None, 0),
        (["x,", "y,z", "1,2"], ("x", ""), 0),
    ],
)
def test_a_title_in_a_cell_above_the_names_of_columns_is_passed_over(lines, titles, comments):
    found = form("a.csv", lines)
    assert (found.titles, found.comments) == (titles, comments)
    assert found.before == (comments if titles is None else lines.index(found.separator.join(titles)) + 1)


@pytest.mark.parametrize(
    ("lines", "titles"),
    [
        (
            ["sepal,,petal,", "length,width,length,species", "1,2,3,a"],
            "sepal length,width,petal length,species",
        ),
        ([",a,a,y", ",mean,std,", "0,1,2,3"], ",mean,std,y"),
        (["x,x,y", "1,2,3", "4,5,6"], "x,x,y"),
        (["x,y,z", "cm,cm,", "1,2,a"], "x,y,z"),
        ([",x,y", "a,none,unknown", "b,1,2"], ",x,y"),
        (["x,", "y,z", "1,2"], "x,"),
    ],
)
def test_two_lines_may_name_the_columns(lines, titles):
    found = form("a.csv", lines)
    assert found.titles == tuple(titles.split(","))
    assert found.before == found.headers == (1 if titles == lines[0] else 2)
