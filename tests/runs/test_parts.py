import re
from dataclasses import replace

import numpy as np
import pytest

from lab.errors import StorageError
from lab.runs.preparation import prepared_again
from lab.runs.runner import Terms, resumed, run
from lab.storage import remove, seal
from tests.runs.test_runner import made, table_bytes


@pytest.fixture
def ready(small):
    return made(small)


def rewritten(folder, change):
    """Each part of a run under another key."""
    for chunk in folder.parts.chunks:
        readings, key = folder.parts.read(chunk)
        folder.parts.keep(chunk, readings, change(key))


def test_fault_101_parts_of_another_training_are_trained_again(ready, small, root):
    """Copied from a run of another eta, and from another variant."""
    other = run(made(small, {"training.eta": 0.2}), root)
    folder = run(ready, root)
    whole = table_bytes(folder)
    soft = (folder.path / "trials" / "variant-0001-trials-00000-00002.npz").read_bytes()
    for content in (next((other.path / "trials").glob("*.npz")).read_bytes(), soft):
        seal(folder.path / "trials" / "variant-0000-trials-00000-00002.npz", content)
        with pytest.warns(UserWarning, match="is of another training, whose (eta|activations) was"):
            resumed(prepared_again(folder), folder)
        assert table_bytes(folder) == whole


def test_fault_107_parts_of_other_versions_are_mixed_only_with_leave(ready, root):
    folder = run(ready, root)
    rewritten(folder, lambda key: replace(key, made_with={**key.made_with, "numpy": "1.0"}))
    resumed(ready, folder)  # all that there is is of one kind
    assert folder.info["mixed"] == []
    remove(folder.parts.path(folder.parts.chunks[0]))
    with pytest.raises(StorageError, match=rf"numpy was 1\.0, is {np.__version__};.* say --allow-mixed"):
        resumed(ready, folder)
    resumed(ready, folder, Terms(mixed=True))
    assert [one["numpy"] for one in folder.info["mixed"]] == ["1.0", np.__version__]


def test_what_is_the_same_is_reused_and_the_rest_trained(ready, small, root):
    """More seeds, another variant, other names: the tables are those of a run from nothing."""
    first = run(ready, root)
    changed = {
        "title": "another",
        "trials.seeds": 5,
        "vary": {"network.activation": ["tanh", "sigmoid", "tanh(z) + 0.1*z"]},
    }
    wanted = made(small, changed)
    whole = table_bytes(run(wanted, root))
    done = []
    again = run(wanted, root, Terms(reused=first), done.append)
    assert table_bytes(again) == whole
    assert again.info["reused"] == {"run": str(first), "trials": 3}
    assert sum(done) == wanted.trial_steps
    fewer = made(small, {**changed, "trials.seeds": 2})
    assert table_bytes(run(fewer, root, Terms(reused=again))) == table_bytes(run(fewer, root))
    rewritten(first, lambda key: replace(key, made_with={"numpy": "1.0"}))
    with pytest.warns(UserWarning, match="are trained again, since .*numpy was 1.0.*--allow-mixed"):
        assert run(wanted, root, Terms(reused=first)).info["reused"]["trials"] == 0
    assert run(wanted, root, Terms(reused=first, mixed=True)).info["reused"]["trials"] == 3


def test_where_no_trial_is_taken_over_it_is_said_with_what_differs_least(ready, small, root):
    first = run(ready, root)
    other = made(small, {"training.eta": 0.25, "vary": {"network.activation": ["tanh", "sigmoid"]}})
    told = f"no trial is taken over from {first}: none is of the same training, the nearest differs: eta was "
    with pytest.warns(UserWarning, match=rf"^{re.escape(told)}[\d.]+, is 0\.25$"):
        assert run(other, root, Terms(reused=first)).info["reused"]["trials"] == 0
    for chunk in first.parts.chunks:
        remove(first.parts.path(chunk))
    with pytest.warns(UserWarning, match=r": it has none$"):
        run(ready, root, Terms(reused=first))
