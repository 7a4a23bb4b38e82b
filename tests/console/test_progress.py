import io
import time

from rich.console import Console

from lab.console import progress as shown
from lab.console.progress import progress, trying_own_code


def test_progress_without_a_terminal_is_a_line_now_and_then(monkeypatch, capsys):
    clock = iter([0.0, 5.0, 11.0, 12.0])
    monkeypatch.setattr(shown, "monotonic", lambda: next(clock))
    with progress(100, "training") as advance:
        for _ in range(3):
            advance(25)
    assert capsys.readouterr().err.splitlines() == ["training: 50 %, about 11 s left"]


def test_the_time_that_is_left_waits_until_it_is_known(monkeypatch, capsys):
    clock = iter([0.0, 11.0, 22.0])
    monkeypatch.setattr(shown, "monotonic", lambda: next(clock))
    with progress(100, "training") as advance:
        advance(5)
        advance(5)
    assert capsys.readouterr().err.splitlines() == ["training: 5 %", "training: 10 %, about 198 s left"]


def test_fault_45_progress_uses_a_clock_that_never_goes_back():
    assert shown.monotonic is time.monotonic


def test_progress_in_a_notebook_is_a_line_now_and_then_since_no_cursor_moves_there(monkeypatch):
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream", "isatty": lambda _: True})
    file = stream()
    monkeypatch.setattr(shown, "err", lambda: Console(file=file, force_jupyter=False, highlight=False))
    monkeypatch.setattr(shown, "monotonic", iter([0.0, 11.0]).__next__)
    with progress(10, "training") as advance:
        advance(5)
    assert file.getvalue() == "training: 50 %, about 11 s left\n"


def test_progress_on_a_terminal_is_a_bar(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(shown, "err", lambda: Console(file=file, force_terminal=True, width=80))
    with progress(10, "training") as advance:
        advance(10)
    assert "100%" in file.getvalue()


def test_code_of_ones_own_that_is_tried_for_long_is_told_of(monkeypatch, capsys):
    monkeypatch.setattr(shown, "SECONDS_OF_TRYING", 0.01)
    with trying_own_code(True):
        time.sleep(0.2)
    assert capsys.readouterr().err == "your own code is tried with several hundred calls …\n"
    with trying_own_code(False):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
