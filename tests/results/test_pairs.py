import pytest

import lab
from lab.errors import LabError
from lab.experiment.toml_writer import value_text
from lab.results.pairs import differing, side_by_side
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Run the small experiment for an epoch, with other values of some keys."""
    folder = tmp_path_factory.mktemp("pairs")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")

    def run(changed=()):
        changes = ["training.epochs=1", *changed]
        return lab.run(folder / "small.toml", changes, results=folder / "results", plots=False)

    return run


@pytest.fixture(scope="module")
def run(made):
    return made()


def test_the_variants_of_a_run_stand_beside_the_first_or_each_other(made):
    run = made(['vary."network.activation"=["tanh", "relu", "sigmoid"]'])
    first = [("tanh", "relu"), ("tanh", "sigmoid")]
    assert side_by_side(run, None, all_pairs=False)[1] == first
    assert side_by_side(run, None, all_pairs=True)[1] == [*first, ("relu", "sigmoid")]
    based = side_by_side(run, None, all_pairs=False, baseline="relu")[1]
    assert based == [("relu", "tanh"), ("relu", "sigmoid")]
    with pytest.raises(LabError, match="all pairs have no baseline; leave out one of the two"):
        run.compare(all_pairs=True, baseline="relu")


def test_of_two_runs_the_tables_are_joined(run, made):
    other = made()
    tables, pairs = side_by_side(run, other, all_pairs=False)
    assert len(pairs) == 2
    assert {name for pair in pairs for name in pair} == set(tables["variants"]["variant"])


def test_what_two_runs_have_not_alike_is_told_by_the_keys_that_neither_varies(run, made):
    changed = {"training.surrogate_floor": 0.1, "network.initialiser": {"name": "he", "bias": 0.5}}
    changed |= {"vary": {"network.activation": ["soft"]}, "see": {"answer": "Yes."}, "title": "Other"}
    other = made([f"{key}={value_text(value)}" for key, value in changed.items()])
    assert differing(run, other) == {
        "network.initialiser": ('"nielsen"', '{name = "he", bias = 0.5}'),
        "training.surrogate_floor": ("none", "0.1"),
    }
    assert differing(run, run) == {}
    fixed = made(["vary={}", "network.activation=soft", "activations.spare={value = 'z'}"])
    assert differing(run, fixed) == {}
    (other.path / "resolved.toml").unlink()
    assert differing(run, other) == {}


def test_runs_that_cannot_be_compared_say_why(run, made):
    again, fewer = made(["trials.seed=1"]), made(["data.train=40"])
    data, other = (rf"digits \(sha256 \w{{8}}…\) in {one.folder.id}" for one in (run, fewer))
    unlike = f"{data} and {other}; run one again with the data of the other"
    for second, all_pairs, said in (
        (again, False, r"different seeds \(trials\.seed = 0 and 1\)"),
        (fewer, False, f"different data, so that their trials are no pairs: {unlike}"),
        (run, False, "are the same run; name one of them"),
        (again, True, "of two runs variants of the same label are compared"),
    ):
        with pytest.raises(LabError, match=said):
            run.compare(second, all_pairs=all_pairs)
