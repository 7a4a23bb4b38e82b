import numpy as np

from lab.data.dataset import assembled
from lab.runs.held import ARRAYS, held, let_go


def test_data_that_are_held_come_back_to_the_last_bit_and_can_be_let_go(tmp_path):
    rng = np.random.default_rng(0)
    parts = [(rng.normal(size=(m, 3)), rng.normal(size=(m, 2))) for m in (5, 0)]
    data = assembled("mine", *parts, classes=("a", "b"))
    found = held(data, tmp_path / "data").dataset()
    assert (found.name, found.classes, found.sha256) == ("mine", ("a", "b"), data.sha256)
    for name in ARRAYS:
        assert getattr(found, name).tobytes() == getattr(data, name).tobytes()
        assert not getattr(found, name).flags.writeable
    let_go(tmp_path / "data")
    let_go(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
