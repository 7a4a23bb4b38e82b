import errno
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from lab.data.dataset import assembled
from lab.runs.work import held_data as holding
from lab.runs.work.held_data import ARRAYS, held


def test_data_that_are_held_come_back_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(0)
    parts = [(rng.normal(size=(m, 3)), rng.normal(size=(m, 2))) for m in (5, 0)]
    data = assembled("mine", *parts, classes=("a", "b"))
    found = held(data, tmp_path / "data").dataset()
    assert (found.name, found.classes, found.sha256) == ("mine", ("a", "b"), data.sha256)
    for name in ARRAYS:
        assert getattr(found, name).tobytes() == getattr(data, name).tobytes()
        assert not getattr(found, name).flags.writeable


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_of_the_system_with_its_number(tmp_path, monkeypatch):
    @contextmanager
    def full(path):
        with Path("/dev/full").open("wb", buffering=0) as file:
            yield file

    monkeypatch.setattr(holding, "written", full)
    data = assembled("mine", *[(np.zeros((5, 3)), np.zeros((5, 2)))] * 2)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        held(data, tmp_path)
