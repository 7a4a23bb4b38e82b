import pickle
import re
import tomllib
from pathlib import Path

import pytest

import lab
from lab.bridge.audit_libraries import LIBRARIES
from lab.errors import (
    ClaimError,
    ExperimentError,
    LabError,
    PartError,
    Problem,
    StorageError,
    did_you_mean,
    nearest,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LabError("no"), 2),
        (PartError("no part"), 2),
        (ExperimentError("a.toml", [Problem(2, "a", "one"), Problem(3, "b", "two")]), 2),
        (ClaimError("no bound"), 3),
        (StorageError("no room"), 4),
    ],
)
def test_an_error_has_its_exit_code_and_travels_from_a_worker(error, code):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, LabError)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert error.exit_code == again.exit_code == code


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(3, "training.eta", "expected > 0"), "a.toml:3: training.eta: expected > 0"),
        (Problem(0, "data", "missing"), "a.toml: data: missing"),
        (Problem(7, "", "not TOML"), "a.toml:7: not TOML"),
        (Problem(0, "", "is empty"), "a.toml: is empty"),
    ],
)
def test_a_problem_says_where_it_is(problem, text):
    assert problem.text("a.toml") == text


def test_an_experiment_error_tells_all_problems_in_the_order_of_their_lines():
    later, first, also = Problem(9, "c", "three"), Problem(2, "a", "one"), Problem(2, "b", "two")
    error = ExperimentError("a.toml", [later, first, also])
    assert error.problems == (first, also, later)
    assert str(error) == "a.toml:2: a: one\na.toml:2: b: two\na.toml:9: c: three"
    assert error.source == "a.toml"


@pytest.mark.parametrize(
    ("word", "near"),
    [("sigmiod", "sigmoid"), ("RELU", "relu"), ("phi", "Phi"), ("swsih", "swish"), ("quux", ""), ("", "")],
)
def test_did_you_mean_the_nearest_word_or_other_spelling_of_those_known(word, near):
    told = did_you_mean(word, iter(["tanh", "sigmoid", "relu", "Phi"]), {"swish": "silu"})
    listed = "Phi, relu, sigmoid, tanh"
    assert told == (f"did you mean {near!r}? (known: {listed})" if near else f"expected one of {listed}")


def test_of_many_words_the_three_nearest_are_told_once_each():
    many = [f"name-{letter}" for letter in "abcdefghijklmn"] + ["name_a", "other"]
    assert did_you_mean("nam-a", many) == "did you mean 'name-a'?"
    assert did_you_mean("name-z", many) == "did you mean 'name-n', 'name-m' or 'name-l'?"
    assert did_you_mean("quux", many) == "known are name-a, name-b, name-c and 13 others"


def test_a_word_that_is_a_part_of_others_is_meant_for_them_where_none_is_like_it():
    keys = ["training.eta", "learning_speed", "weight_speed", "softmax-cross-entropy"]
    keys += [f"key-{letter}" for letter in "abcdefghijklmnop"]
    assert did_you_mean("eta", keys) == "did you mean 'training.eta'?"
    assert did_you_mean("lr", keys) == "did you mean 'training.eta'?"
    assert did_you_mean("speed", keys) == "did you mean 'learning_speed' or 'weight_speed'?"
    assert did_you_mean("softmax", keys) == "did you mean 'softmax-cross-entropy'?"
    assert did_you_mean("a", keys).startswith("known are")


def test_the_nearest_of_several_and_of_none():
    assert nearest("smooth-relu", ["relu", "smooth-rely"]) == "smooth-rely"
    assert nearest("x", ["relu"]) is None
    assert did_you_mean("tanh", []) == "there is none"


def test_what_installs_an_optional_part_names_an_extra_that_there_is():
    root = Path(lab.__file__).parent.parent
    sources = [*(root / "lab").rglob("*.py"), *(root / "experiments").rglob("*.py")]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    named = set(re.findall(r"""installs\(['"](\w+)""", texts)) | set(LIBRARIES)
    assert named == {"torch", "jax", "keras", "sklearn", "parquet", "cluster"}
    assert named <= extras.keys()
    assert "activation-lab[" not in texts  # which no index has


def test_a_known_word_that_is_given_twice_is_listed_once():
    assert did_you_mean("nix", ["tanh", "relu", "tanh"]) == "expected one of relu, tanh"


def test_words_that_hold_commas_are_quoted():
    known = ["tanh, eta=0.1", "relu"]
    assert did_you_mean("nix", known) == "expected one of 'relu', 'tanh, eta=0.1'"
    near = "did you mean 'tanh, eta=0.1'? (known: 'relu', 'tanh, eta=0.1')"
    assert did_you_mean("tanh, eta=0.2", known) == near
    many = [f"a, {number}" for number in range(20)]
    assert did_you_mean("quux", many) == "known are 'a, 0', 'a, 1', 'a, 10' and 17 others"
