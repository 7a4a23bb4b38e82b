import gzip

import numpy as np
import pytest

from lab.data.files import text_file
from lab.errors import PartError
from tests.data.conftest import refusal
from tests.data.files.conftest import IRIS, numbered


@pytest.fixture
def read(tmp_path):
    def table(content, name="a.csv", **parameters):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return text_file.read(tmp_path / name, name, **parameters)

    return table


def slip(line, word):
    """What is said of a word in a line of the column x, which has numbers else."""
    keys = f'missing = ["{word}"] takes it as missing, ignore = ["x"] leaves the column out'
    return f"a.csv: line {line}: column 'x': '{word}' is not a number; {keys}"


@pytest.mark.parametrize(
    ("content", "parameters", "message"),
    [
        ("", {}, "a.csv is empty, expected rows, and a line before them that names the columns"),
        ("\n \n", {}, "a.csv is empty, expected rows, and a line before them that names the columns"),
        ("x,y\n", {}, "a.csv has a header but no rows"),
        ("x,y\n1,a\n", {}, "a.csv: target 'y': 'a' is the only class, expected at least 2"),
        ("x,y\n1,4\n2,4\n", {"task": "classification"},
         "a.csv: target 'y': '4' is the only class, expected at least 2"),
        ("x,y\n1,a\n2,b\n", {"task": "regression"}, "a.csv: line 2: column 'y': 'a' is not a number"),
        ("x,y,z\n1,2,3\n", {"target": ["y", "z"], "task": "classification"},
         "a.csv: 2 targets, expected one target for classes"),
        ("y\n1\n", {}, "a.csv has no column but the target, expected at least one feature"),
        (IRIS, {"target": "speces"},
         "a.csv has no column 'speces'; did you mean 'species'? (known: length, species, width)"),
        (IRIS, {"target": None},
         'a.csv needs target = "…", the column to be learnt; expected one of length, species, width'),
        ("y,y\n3,4\n", {}, "a.csv: line 1: columns 1 and 2 are both called 'y'; give each a name of its own"),
        ("x,y\n1,2\n3,4,5\n", {}, "a.csv: line 3: 3 fields, expected 2 as in the header"),
        ("x,y\n1,2\n\n3\n", {}, "a.csv: line 4: 1 field, expected 2 as in the header"),
        ("x,y\n1,2\nabc,4\n", {}, slip(3, "abc")),
        ('x,z,y\n1,"a\nb",2\nabc,3,4\n', {}, slip(4, "abc")),
        ("x,y\n1,2\n\\N,4\n", {}, slip(3, "\\N").replace('["\\N"]', '["\\\\N"]').replace("'\\N'", "'\\\\N'")),
        ("x,y\n1_000,2\n3,4\n", {}, slip(2, "1_000")),
        ("x,y\n1,2\n٣,4\n", {}, slip(3, "٣")),
        ("x;y\n1,5;2\n3.5;4\n", {}, slip(2, "1,5")),
        ("x;y\n1,5;2\n2;3\nabc;4\n", {}, slip(4, "abc")),
        ("x,y\n1,2\n# a pause\n3,4\n", {}, "a.csv: line 3: 1 field, expected 2 as in the header; "
         "a comment is read before the table alone: take this line out"),
        ("Station 7\n\nx,y,z\n1,2,3\n3,4,5\n", {}, "a.csv: line 3: 3 fields, expected 1 as in the header; "
         "where the table begins with this line, take those before it out, or put # before each"),
        ("Station 7\nx;y;z\n1;2;3\n3;4;5\n", {}, "a.csv: line 2: 3 fields, expected 1 as in the header; "
         "where the table begins with this line, take those before it out, or put # before each"),
        ("x,y\n1,2\n3,4\n5,6\n\nSource: a station\n", {},
         "a.csv: line 6: 1 field, expected 2 as in the header; "
         "the table ends before it: take out this line"),
        ("x,y,z\n1,2,3\n3,4,5\n5,6,7\nnotes\nmore, notes\n", {},
         "a.csv: line 5: 1 field, expected 3 as in the header; "
         "the table ends before it: take out the lines from this one on"),
        ('x,y\n1,"a \\"b\\""\n2,c\n', {}, "a.csv: line 2: ',' expected after '\"'; "
         'a quote within quotes is written twice, as ""'),
        ('[{"x": 1, "y": 2}]', {}, "a.csv holds JSON, which is not read, expected a table"),
        ('{"x": 1, "y": 2}\n{"x": 3, "y": 4}\n', {}, "a.csv holds JSON, which is not read, expected a table"),
        ("\n<!DOCTYPE html>\n<html>", {}, "a.csv holds HTML or XML, which is not read, expected a table"),
        ("-- of May\nINSERT INTO t VALUES (1, 2);\n", {},
         "a.csv holds SQL, which is not read, expected a table"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", {},
         "a.csv holds a pointer of Git LFS (git lfs pull fetches the file), "
         "which is not read, expected a table"),
        ("! made by hand\n! May\na b y\n1 2 3\n4 5 6\n", {},
         "a.csv: line 2: 2 fields, expected 4 as in the header; "
         "where the table begins with line 3, with 3 fields, take those before it out, or put # before each"),
        ('"x,y"\n"1,2"\n', {},
         "a.csv: each line stands in quotes as a whole, which makes it one column; take these quotes out"),
        ("x~y\n1~2\n", {}, 'a.csv has one column; separator = "~" cuts every line into 2'),
        ("+1 1:0.5 3:2\n-1 2:0.5 \n", {},
         "a.csv holds index:value pairs, as LIBSVM has them; this line makes an .npz of it: "
         "python -c \"import numpy, sklearn.datasets as d; x, y = d.load_svmlight_file('a.csv'); "
         "numpy.savez('a.npz', x=x.toarray(), y=y)\""),
        (gzip.compress(b"x,y\n1,2\n", mtime=0), {}, "a.csv is gzipped; let its name end in .gz"),
        (b"PK\x03\x04\xff\xfe", {}, "a.csv is a zip archive, as .xlsx and .npz are, and no text"),
        (b"PAR1\x15\xff\xfe", {}, "a.csv is Parquet; let its name end in .parquet"),
        ("1,2\n3,4\n5\n", {"target": "c1"}, "a.csv: line 3: 1 field, expected 2 as in the first line"),
        ("a b y\n1 2 3\n4 5\n", {}, "a.csv: line 3: 2 fields, expected 3 as in the header"),
        ('x,y\n1,"2\n', {}, "a.csv: line 2: unexpected end of data"),
        (numbered([*range(30), "oops"]), {}, "a.csv: line 32: column 'y': 'oops' is not a number"),
    ],
)  # fmt: skip
def test_63_66_csv_that_cannot_be_used_is_told_by_line_and_column(load, content, parameters, message):
    assert refusal(load, content, **parameters) == message


def test_none_is_a_class_among_texts_and_a_missing_value_among_numbers_and_truths(read):
    table = "kind,x,ok\nNone,1,True\nMild,None,None\n"
    columns = read(table).columns
    assert columns["kind"].tolist() == ["None", "Mild"]
    assert np.isnan(columns["x"]).tolist() == [False, True]
    assert columns["ok"].tolist() == ["True", ""]
    assert read(table, missing=["None"]).columns["kind"].tolist() == ["", "Mild"]


def test_none_is_a_class_in_a_part_of_a_file_that_holds_no_other(read, monkeypatch):
    monkeypatch.setattr(text_file, "_CHUNK", 4)
    columns = read("kind,x\n" + "None,1\n" * 4 + "Mild,2\n").columns
    assert columns["kind"].tolist() == ["None"] * 4 + ["Mild"]


def test_times_of_day_are_no_pairs_of_an_index_and_a_value(load):
    rows = "".join(f"2020-01-01 12:{minute}:00,{minute},{minute % 2}\n" for minute in range(10, 30))
    assert load(rows, target="c2", features=["c1"]).classes == ("0", "1")


def test_a_line_of_dashes_is_found_to_be_no_sql_at_once(load):
    assert "holds SQL" not in refusal(load, "-- " * 60 + "\n")


def test_numbers_are_the_nearest_doubles(load):
    data = load("x,y\n0.1234567890123456789,1\n1e-320,2\n")
    assert data.x_train.tolist() == [[0.1234567890123456789], [1e-320]]


def test_a_byte_order_mark_and_windows_lines_are_accepted(load):
    text = "y,x\r\n2,1\r\n4,3\r\n"
    for encoding in ("utf-8-sig", "utf-16"):
        assert load(text.encode(encoding)).x_train.tolist() == [[1], [3]]
        assert load(gzip.compress(text.encode(encoding)), name="a.csv.gz").x_train.tolist() == [[1], [3]]
    unmarked = refusal(load, text.encode("utf-16-le"))
    assert unmarked == "a.csv: line 1: holds a zero byte, which no text has; save the file as UTF-8"


def test_the_encoding_of_windows_is_read_and_told_where_nothing_speaks_for_another(load):
    table = "Größe,y\n1,schön\n2,so\n"
    for packed, name in ((bytes, "a.csv"), (gzip.compress, "a.csv.gz")):
        data = load(packed(table.encode("cp1252")), name=name)
        assert data.classes == ("schön", "so")
        assert data.notes[0].startswith("the file is no UTF-8 and was read as Windows-1252")
    told = "is not UTF-8 (byte 0x{}); save the file as UTF-8"
    joined = table.encode() + "1,häßlich\n".encode("cp1252")
    assert refusal(load, joined) == f"a.csv: line 4: {told.format('e4')}"
    assert refusal(load, "Isère,y\n1,2\n".encode("mac-roman")) == f"a.csv: line 1: {told.format('8f')}"


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        ("x,y\n1.5,a b\n2,c\n", ()),
        ("\ufeffx, y\r\n1.5, a b\r\n2, c\r\n", ()),
        ("x\ty\n1.5\ta b\n2\tc\n", ("the columns are separated by tabs",)),
        ("# made\nx,y\n1.5,a b\n2,c\n", ("1 line of comment before the table",)),
        ("# x,y\n1.5,a b\n2,c\n", ()),
        ("x|y\n1.5|a b\n2|c\n", ("the columns are separated by |",)),
        ('"x";"y"\n1.5;"a b"\n2;c\n', ("the columns are separated by ;",)),
        ("x;y\n1,5;a b\n2;c\n", ("the columns are separated by ;", "numbers have a decimal comma")),
        ("  x   y\n 1.5 'a \n\t2\t c\t\n".replace("'a", '"a b"'), ("the columns are separated by blanks",)),
        (',x,y\n0,1.5,a b\n1,2,c\n', ("the first column, which has no name, is an index and is left out",)),
        ("x,y,\n1.5,a b,\n2,c,\n", ("column 3, which has no name, has no values and is left out",)),
        ("x,y\n1.5,a b,\n2,c,\n", ("column 3, which has no name, has no values and is left out",)),
        ("x,z,y\n1.5,NA,a b\n2,?,c\n", ("column 'z' has no values and is left out",)),
        ('x y\n1 1.5 "a b"\n2 2 c\n',
         ("the columns are separated by blanks",
          "the first column, which has no name, is an index and is left out")),
    ],
)  # fmt: skip
def test_the_same_table_written_in_many_ways(read, content, notes):
    table = read(content)
    assert [*table.columns] == ["x", "y"]
    assert [column.tolist() for column in table.columns.values()] == [[1.5, 2], ["a b", "c"]]
    assert table.notes == notes


def test_without_a_header_columns_are_counted(read):
    table = read("5.1,3.5,setosa\n7.0,3.2,versicolor\n")
    assert list(table.columns) == ["c0", "c1", "c2"]
    assert table.columns["c0"].tolist() == [5.1, 7]
    assert table.places.tolist() == [1, 2]
    assert table.notes == ("no line names the columns: they are c0 … c2",)


def test_a_header_may_count_from_1_over_numbers_that_are_not_whole(read):
    assert list(read("1,2,3,4\n0.5,2,3,1\n1.5,7,1,0\n").columns) == ["1", "2", "3", "4"]
    for text in ("1,2,3,4\n5,6,7,8\n", "1.0,2.0,3.0,4.0\n0.5,2.0,3.0,1.0\n", "1,2,3\n1.5,2.5,3.5\n"):
        assert "c0" in read(text).columns


def test_what_is_given_is_not_guessed(read):
    assert list(read("a,b\nc,d\n", header=False).columns) == ["c0", "c1"]
    assert list(read("1,2\n3,4\n", header=True).columns) == ["1", "2"]
    assert list(read("a;b,c\n1;2,3\n", separator=",").columns) == ["a;b", "c"]


def test_a_column_without_a_name_that_is_no_index_is_counted(read):
    table = read("x,,y\n1,2,3\n")
    assert set(table.columns) == {"x", "c1", "y"}
    assert table.notes == ("column 2, which has no name, is called c1",)
    assert set(read("x,,,y\n1,2,3,4\n").columns) == {"x", "c1", "c2", "y"}


def test_an_index_that_pandas_named_is_left_out(read):
    assert list(read("Unnamed: 0,x,y\n0,1,2\n1,3,4\n").columns) == ["x", "y"]


def test_the_indices_of_a_table_that_pandas_wrote_twice_are_left_out(read):
    """The second had the name that the first was given, and ended in a ValueError."""
    table = read(",Unnamed: 0,x,y\n0,0,1,2\n1,1,3,4\n2,2,5,6\n")
    assert list(table.columns) == ["x", "y"]
    assert table.notes[1] == "column 2, which has no name, is an index and is left out"


def test_words_that_stand_for_a_missing_value(read):
    table = read("x,y,z\n1,+,0\n?,-,0\n-,+,0\nNaN,NA,0\n-999,b,0\n", missing=["-999", "b"])
    assert np.isnan(table.columns["x"]).tolist() == [False, True, True, True, True]
    assert table.columns["y"].tolist() == ["+", "-", "+", "", ""]


@pytest.mark.parametrize("chunk", [2, 10**6])
def test_chunks_make_no_difference(read, monkeypatch, chunk):
    monkeypatch.setattr(text_file, "_CHUNK", chunk)
    table = read('x,y,z\n01,1,\n2,2,"a\nb"\n\n3,b,NA\n4,4,c\n')
    assert table.columns["x"].tolist() == [1, 2, 3, 4]
    assert table.columns["y"].tolist() == ["1", "2", "b", "4"]
    assert table.columns["z"].tolist() == ["", "a\nb", "", "c"]
    assert table.places.tolist() == [2, 4, 6, 7]


@pytest.mark.parametrize(
    "content",
    [
        *("x,y\n1,2\n\n3,4\n5,6\n", 'x,y\n1,2\n3,"a\nb"\n\n5,6\n', "x,y\r1,2\r3,4", "x,y\r\n1,2\r\n3,4\r\n"),
        *(
            "x,y\n1,2\n3,4,5\n6,7\n",
            "x\n1\n\n2\n",
            "x y\n1  2\n3 4\n",
            "x,y\n1,2\n\0,3\n",
            'x,y\n1,2\n3,"4\n',
        ),
    ],
)
def test_blocks_of_lines_make_no_difference(read, monkeypatch, content):
    def told(size):
        monkeypatch.setattr(text_file, "_BLOCK", size)
        try:
            table = read(content)
        except PartError as error:
            return str(error)
        return table.places.tolist(), [column.tolist() for column in table.columns.values()]

    assert told(1) == told(5) == told(8) == told(2**20)


def test_what_is_quoted_may_go_on_where_the_form_is_known_already(read, monkeypatch):
    monkeypatch.setattr(text_file, "_SAMPLE", (3, 10))
    table = read('x,y\n1,a\n2,"b\nc"\n3,d\n')
    assert table.columns["y"].tolist() == ["a", "b\nc", "d"]


@pytest.mark.parametrize("name", ["PK", "PAR1", "BZh"])
def test_a_column_that_is_called_as_a_packed_file_begins_is_read(read, name):
    assert list(read(f"{name},x,y\n7,1,2\n3,2,1\n").columns) == [name, "x", "y"]


def test_damage_and_what_is_too_large_once_unpacked(read, monkeypatch):
    packed = gzip.compress(b"x,y\n" + b"1,2\n" * 1000, mtime=0)
    assert len(read(packed, "a.csv.gz").places) == 1000
    assert refusal(read, packed[:-20], "a.csv.gz").startswith("a.csv.gz is damaged: ")
    assert refusal(read, b"x,y\n1,2\n", "a.csv.gz").startswith("a.csv.gz is damaged: ")
    monkeypatch.setattr("lab.data.counts.LARGEST", 1000)
    assert refusal(read, packed, "a.csv.gz").startswith("a.csv.gz, unpacked: ")


def test_69_a_line_that_never_ends_and_a_million_columns_are_refused(read, monkeypatch):
    monkeypatch.setattr(text_file, "LONGEST_LINE", 1000)
    said = "a.csv has a line of more than 1000 letters, which is no table"
    assert refusal(read, "a,b\n1," + "2" * 1000) == said
    assert refusal(read, "a,b\n" + "1,2\n" * 1500 + "1," + "2" * 1000) == said
    assert refusal(read, 'a,b\n1,"' + "2" * 900 + "\n" + "3" * 1200) == said
    monkeypatch.setattr(text_file, "MOST_COLUMNS", 3)
    assert refusal(read, "a,b,c,d\n1,2,3,4\n") == "a.csv has 4 columns, expected at most 3"


@pytest.mark.parametrize(("word", "like"), [("1_000", 1000.0), ("٣", 3.0), ("¹", None), ("１２", 12.0)])
def test_a_word_that_is_missing_takes_no_number_with_it(read, word, like):
    table = read(f"x,y\n{word},0\n{like or 5.0},1\n2,0\n", missing=[word])
    assert np.isnan(table.columns["x"][0])
    assert table.columns["x"][1:].tolist() == [like or 5.0, 2.0]


def test_an_arff_file_has_comments_among_its_rows_and_single_quotes(read):
    head = "@relation r\n@attribute 'a b' numeric\n@attribute kind {'it\\\\'s', \"x y\"}\n@data\n"
    table = read(head + "1,'it\\'s'\n% between\n  ?, \"x y\"\n\n%\n%\n", "a.arff")
    assert table.columns["kind"].tolist() == ["it's", "x y"]
    assert table.columns["a b"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    assert table.places.tolist() == [5, 7]
    assert table.notes == ()


def test_a_table_that_pandas_wrote_three_times_has_three_indices(read):
    rows = "".join(f"{row},{row},{row},{row * row}\n" for row in range(4))
    table = read(",Unnamed: 0.1,Unnamed: 0,a\n" + rows)
    assert [*table.columns] == ["a"]


@pytest.mark.parametrize("mark", [", ", "\t", "  "])
def test_the_rows_of_an_arff_file_have_commas_tabs_or_blanks(read, mark):
    head = "@relation r\n@attribute x numeric\n@attribute y {'a b', c}\n@data\n% first\n"
    table = read(f"{head}1.5{mark}'a b'\n2{mark}c\n", "a.arff")
    assert [column.tolist() for column in table.columns.values()] == [[1.5, 2], ["a b", "c"]]


def test_a_sparse_arff_file_is_refused_with_its_line(read):
    head = "@relation r\n@attribute x numeric\n@attribute y {a, b}\n@data\n\n"
    told = "a sparse row, in braces, expected all values of each row; "
    told += "Weka's filter SparseToNonSparse writes them"
    assert refusal(read, head + "{0 1.5, 1 b}\n", "a.arff") == f"a.arff: line 6: {told}"


@pytest.mark.parametrize(
    "content",
    [
        "| x | y |\n|---|:-:|\n| 1 | a |\n| -2 | b |\n",
        " x  | y\n----+---\n 1  | a\n -2 | b\n(9 rows)\n\n",
        "+----+---+\n| x  | y |\n+----+---+\n| 1  | a |\n| -2 | b |\n+----+---+\n",
        "+----+---+\n| x  | y |\n+----+---+\n| 1  | a |\n| -2 | b |\n+----+---+\n7 rows in set (0.0 sec)\n",
        "+----+---+\n| x  | y |\n+----+---+\n| 1  | a |\n| -2 | b |\n+----+---+\nonly showing top 9 rows\n",
        "x   y\n--- ---\n1   a\n-2  b\n",
    ],
)
def test_lines_between_the_rows_of_a_table_are_passed_over(read, content):
    table = read(content)
    assert table.columns["x"].tolist() == [1, -2]
    assert table.columns["y"].tolist() == ["a", "b"]
    assert table.places.tolist() == [
        at for at, line in enumerate(content.splitlines(), 1) if "1" in line or "2" in line
    ]


def test_a_row_of_totals_is_left_out(read):
    rows = "".join(f"{'ab'[row % 2]},{row},{0.5 * row}\n" for row in range(8))
    for last in ("Total,28,14\n", ",28,14\n"):
        table = read(f"kind,x,y\n{rows}{last}")
        assert table.columns["x"].tolist() == [*range(8)]
        assert table.notes == ("line 10 holds the sums of those above it and is left out",)
    assert len(read(f"kind,x,y\n{rows}a,28,14\n").places) == 9
    assert len(read(f"kind,x,y\n{rows}Total,28,7\n").places) == 9
    rare = "".join(f"n{row},{int(row in (2, 7))},{int(row in (4, 7))}\n" for row in range(8))
    assert len(read(f"name,x,y\n{rare}").places) == 8
    doubled = "".join(f"size {row},{2**row},{3 * 2**row}\n" for row in range(14))
    assert len(read(f"kind,x,y\n{doubled}").places) == 14


def test_numbers_of_fortran_are_read(read):
    table = read("x y\n1.5D+01 2\n-.25d-01 3\n")
    assert table.columns["x"].tolist() == [15, -0.025]
