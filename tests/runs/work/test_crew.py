import os
import time
from collections import Counter

import pytest

from lab.runs.work.crew import Crew, Died, Line

LONG = 100.0


class Counting(Line):
    """A line that counts, and is stopped once it has heard of so much."""

    def __init__(self, most=10**9):
        self.told, self.most = Counter(), most

    @property
    def done(self):
        return self.told.total()

    def tell(self, task, done):
        self.told[task] = max(self.told[task], done)

    def stopped(self):
        return self.done >= self.most


def work(task, line):
    if task == "die":
        os._exit(7)
    if task == "hang":
        time.sleep(LONG)
    line.tell(task, 1)
    while task == "wait" and not line.stopped():
        time.sleep(0.01)
    return task


def test_a_task_that_dies_or_hangs_takes_no_other_along():
    line, tasks = Counting(), ["a", "die", "b", "hang", "c"]
    limits = [2.0 if task == "hang" else None for task in tasks]
    found = dict(Crew(work, tasks, 2, line, limits).results())
    assert [found[at] for at in (0, 2, 4)] == ["a", "b", "c"]
    assert found[1] == Died("its worker ended (7), twice")
    assert found[3] == Died("took longer than the 2 s that its trials may")
    assert line.done == 3


def test_once_stopped_what_is_under_way_returns_and_nothing_begins():
    assert list(Crew(work, ["wait", "a", "b"], 1, Counting(most=1), [None] * 3).results()) == [(0, "wait")]


def test_meanwhile_this_process_works_on_and_hears_its_workers():
    line, steps = Counting(), []

    def meanwhile():
        for _ in range(1000):
            steps.append(line.done)
            time.sleep(0.001 if line.done else 0.01)
            yield

    found = dict(Crew(work, ["a", "b"], 1, line, [None, None]).results(meanwhile()))
    assert found == {0: "a", 1: "b"}
    assert len(steps) == 1000
    assert {0, 2} <= set(steps)


def test_this_process_does_what_waits_and_hires_later():
    """A task that dies elsewhere is tried once more when this process is through, too."""
    line, tasks = Counting(), ["a", "die", "b", "c", "d"]
    crew = Crew(work, tasks, 0, line, [None] * 5, sent=lambda task: task.upper() if task != "die" else task)

    def here():
        for number in crew.taken():
            yield number, f"here: {work(tasks[number], line)}"
            crew.workers = 1
            while crew.waiting > 1:
                time.sleep(0.01)
                yield

    found = dict(crew.results(here()))
    assert found[0] == "here: a"
    assert found[1] == Died("its worker ended (7), twice")
    assert [found[2], found[3]] == ["B", "C"]
    assert found[4] in ("D", "here: d")
    assert line.done == 4


def test_what_fails_meanwhile_ends_the_workers():
    def fails():
        yield
        raise ArithmeticError("no moments")

    began = time.monotonic()
    with pytest.raises(ArithmeticError, match="no moments"):
        list(Crew(work, ["hang"], 1, Counting(), [None]).results(fails()))
    assert time.monotonic() - began < LONG / 2
