import re
from datetime import UTC, datetime

import pytest

from tests.benchmarks.writing import MEASURED, READMES, markdown, origin, processor, shown, written

ROWS = [("network", "µs"), ("2-16-16-1, 32", "25"), ("784-30-30-10, 10", "43")]
TABLE = "| network | µs |\n| --- | --- |\n| 2-16-16-1, 32 | 25 |\n| 784-30-30-10, 10 | 43 |"


def test_rows_are_shown_as_they_come_and_kept(capsys):
    printed = []

    def rows():
        for row in ROWS:
            yield row
            printed.append(capsys.readouterr().out)

    assert shown(rows(), first=18, width=4) == ROWS
    assert printed == ["network             µs\n", "2-16-16-1, 32       25\n", "784-30-30-10, 10    43\n"]


def test_a_table_stands_between_its_markers_and_nothing_else_is_touched():
    text = "A.\n<!-- measured: step -->\n{}<!-- end -->\nB <!-- measured: stack -->\nold\n<!-- end --> C.\n"
    found = written(text.format("old\n| rows |\n"), {"step": markdown(ROWS), "stack": "new"})
    assert found == text.format(TABLE + "\n").replace("old", "new")
    assert written(found, {"step": markdown(ROWS), "stack": "new"}) == found
    assert written(text.format(""), {"step": markdown(ROWS), "stack": "new"}) == found


def test_a_marker_of_no_benchmark_is_refused():
    with pytest.raises(KeyError, match="stpe"):
        written("<!-- measured: stpe -->\n<!-- end -->", {"step": ""})


def test_the_origin_names_commit_processor_cores_and_day():
    told = re.fullmatch(r"Commit ([0-9a-f]{40}\+?|None), on (.*), (\d+) cores?, (.*), (.*)\.", origin())
    assert told[2] == processor() != ""
    assert int(told[3]) >= 1
    assert "blas" in told[4] or "mkl" in told[4] or "accelerate" in told[4]
    assert told[5] == str(datetime.now(UTC).date())


def test_every_marker_of_a_readme_ends():
    for path in READMES:
        text = path.read_text("utf-8")
        assert len(MEASURED.findall(text)) == text.count("<!-- measured: ") == text.count("<!-- end -->")
