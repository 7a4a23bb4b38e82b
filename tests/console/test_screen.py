import math
from pathlib import Path

import pytest

from lab.console.screen import Note, Page, Rows, cell_text, plain, show, table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123456, "0.0123"),
        (12345.6, "1.23e+04"),
        (math.nan, "–"),
        (None, "–"),
        (3, "3"),
        ("a", "a"),
        (0.0, "0"),
    ],
)
def test_a_cell_has_three_digits(value, text):
    assert cell_text(value) == text


def test_fault_79_control_characters_never_reach_the_terminal(printed):
    assert plain("a\x1b[31mb\x07") == "a�[31mb�"
    shown = printed(Page(None, [Rows(["name"], [["\x1b[2Jx[red]y[/red]"]], "\x1b]0;title")]))
    assert "\x1b" not in shown
    assert "x[red]y[/red]" in shown


def test_a_table_keeps_every_column_and_row(printed):
    shown = printed(Page(None, [Rows(["variant", "cost"], [["tanh", 0.5], ["relu", math.nan]], "Which?")]))
    lines = [line.split() for line in shown.splitlines()]
    assert lines == [["Which?"], ["variant", "cost"], ["tanh", "0.5"], ["relu", "–"]]


def test_fault_91_a_narrow_terminal_still_shows_everything(printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    shown = printed(Page(None, [Rows(["variant", "accuracy"], [["a long label of a variant", 0.5]])]))
    assert "0.5" in shown


def test_a_page_is_shown_on_stdout_and_its_notes_on_stderr(capsys):
    assert show(Page({"a": 1}, ["line\x1b", Note("note")], [Path("a.png")], exit_code=3)) == 3
    assert capsys.readouterr() == ("line�\nplot: a.png\n", "note: note\n")


def test_the_path_of_a_file_is_not_broken_nor_is_a_table_padded(capsys, monkeypatch):
    plot, rows = (
        Path("a folder") / "figures of a paper" / "learning_speed.png",
        [["x", "long " * 3], ["y", ""]],
    )
    with monkeypatch.context() as patched:
        patched.setenv("COLUMNS", "30")
        show(Page(None, [Rows(["name", "what"], rows)], [plot]))
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["name  what", "x     long long long", "y", f"plot: {plot}"]


def test_a_page_as_json_is_its_value_alone(capsys):
    assert show(Page({"a": 1}, iter(()), exit_code=3), as_json=True) == 3
    assert capsys.readouterr() == ('{\n "a": 1\n}\n', "")


@pytest.mark.parametrize("columns", ["0", "1", "-5", "٣", "99999999999", ""])
def test_fault_91_a_width_that_none_can_be_is_not_asked_for(columns, printed, monkeypatch):
    page = Page(None, [Rows(["variant", "cost"], [["a" * 150, 0.5]])])
    usual = printed(page)
    with monkeypatch.context() as patched:  # pytest itself pads its lines to this width after the test
        patched.setenv("COLUMNS", columns)
        shown = printed(page)
    assert shown == usual


def test_a_narrow_terminal_spares_columns_before_it_breaks_an_id(printed, monkeypatch):
    run = {
        "name": "own-activation",
        "run-id": "20261129-114923",
        "overrides": "training.epochs=3, trials.seeds=3",
    }
    rows = [
        {**run, "title": "How does an activation of one's own compare: a formula, a wrapped one, a class?"}
    ]
    with monkeypatch.context() as patched:
        patched.setenv("COLUMNS", "50")
        shown = printed(Page(rows, [table(rows, spare=("overrides", "title"), whole=True)]))
    assert shown.splitlines()[1].split()[:2] == ["own-activation", "20261129-114923"]
    assert shown.splitlines()[-1] == "no room for: overrides"


def test_a_narrow_terminal_spares_columns_before_it_cuts_what_is_told(printed, monkeypatch):
    told = "sigma(z) = where(z > 0, z, alpha*expm1(z))"
    rows = [{"name": "a" * 40, "range": "[-0.169971, inf]", "also": "b" * 60, "what it is": told}]
    shown = {}
    with monkeypatch.context() as patched:
        for width in (60, 80, 160):
            patched.setenv("COLUMNS", str(width))
            shown[width] = printed(Page(rows, [table(rows, spare=("also", "range"))])).splitlines()
    assert f"{told[:31]}…" in shown[60][1]
    assert shown[60][-1] == "no room for: range, also"
    assert "[-0.169971, inf]" in shown[80][1]
    assert told[:20] in shown[80][1]
    assert told in shown[160][1]


def test_a_whole_table_folds_its_last_column_of_text(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "30")
    text = "Does this question keep its last word?"
    for whole, kept in ((False, False), (True, True)):
        show(Page(None, [Rows(("name", "what it is"), [("sigma", text)], whole=whole)]))
        printed = capsys.readouterr().out
        assert ("word?" in printed, "…" in printed) == (kept, not kept)
