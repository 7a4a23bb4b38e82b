import io
import math
import sys

import pytest
from rich.console import Console

from lab.console import screen
from lab.console.screen import plain, progress, table, told


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
def test_values_are_told_with_three_digits(value, text):
    assert told(value) == text


def test_fault_79_control_characters_never_reach_the_terminal(capsys):
    assert plain("a\x1b[31mb\x07") == "a�[31mb�"
    table(["name"], [["\x1b[2Jx[red]y[/red]"]], "\x1b]0;title")

    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "x[red]y[/red]" in shown


def test_a_table_keeps_every_column_and_row(capsys):
    table(["variant", "cost"], [["tanh", 0.5], ["relu", math.nan]], "Which?")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["Which?"], ["variant", "cost"], ["tanh", "0.5"], ["relu", "–"]]


def test_fault_91_a_narrow_terminal_still_shows_everything(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    table(["variant", "accuracy"], [["a long label of a variant", 0.5]])

    assert "0.5" in capsys.readouterr().out


def test_progress_without_a_terminal_is_a_line_now_and_then(monkeypatch, capsys):
    clock = iter([0.0, 5.0, 11.0, 12.0])
    monkeypatch.setattr(screen, "monotonic", lambda: next(clock))
    with progress(100, "training") as advance:
        for _ in range(3):
            advance(25)

    assert capsys.readouterr().err.splitlines() == ["training: 50 %, about 11 s left"]


def test_fault_45_progress_uses_a_clock_that_never_goes_back():
    import time

    assert screen.monotonic is time.monotonic


def test_progress_on_a_terminal_is_a_bar(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(screen, "err", lambda: Console(file=file, force_terminal=True, width=80))
    with progress(10, "training") as advance:
        advance(10)

    assert "100%" in file.getvalue()


def test_results_go_to_stdout_and_notes_to_stderr(capsys):
    screen.out().print("result")
    screen.err().print("note")

    assert capsys.readouterr() == ("result\n", "note\n")
    assert sys.stdout is not sys.stderr
