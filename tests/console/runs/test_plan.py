import math

import pytest

from lab.console.runs import plan
from lab.console.runs.plan import free_disk, page, span
from lab.console.screen import Note
from lab.results.training import prepare
from lab.runs.forecast.estimate import Estimate


def test_what_is_needed_and_not_there_is_noted(small, root, monkeypatch):
    needs = Estimate(training=3 * 2**30, looking=2**30, disk=2**40, seconds=math.nan, rows=9)
    monkeypatch.setattr(plan, "estimate", lambda ready, workers, plots: needs)
    monkeypatch.setattr(plan, "free_memory", lambda: 2**31)
    monkeypatch.setattr(plan, "free_disk", lambda root: 2**29)
    told = page(prepare(small), 2, root)
    notes = [block.text for block in told.body if isinstance(block, Note)]
    assert notes == [
        "about 3.0 GiB of memory are needed, and 2.0 GiB are free",
        "about 1.0 TiB of disk are needed, and 510 MiB are free",
    ]
    assert told.body[-1].rows == [
        ("memory", "3.0 GiB", "2.0 GiB free"),
        ("disk", "1.0 TiB", "510 MiB free"),
        ("time", "not known", "with 2 workers, nothing else running"),
    ]
    assert told.value["needs"] == {
        "memory": 3 * 2**30,
        "free_memory": 2**31,
        "disk": 2**40,
        "free_disk": 2**29,
        "seconds": None,
        "workers": 2,
        "rows": 9,
    }


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path):
    assert free_disk(tmp_path / "a" / "b") == pytest.approx(free_disk(tmp_path), rel=0.1)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.99, "less than a second"), (119, "120 s"), (120, "2.0 min"), (1e7, "120 days")]
)
def test_spans(seconds, told):
    assert span(seconds) == told
