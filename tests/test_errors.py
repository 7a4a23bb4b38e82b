import pickle

import pytest

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
    [(LabError, 2), (PartError, 2), (ExperimentError, 2), (ClaimError, 3), (StorageError, 4)],
)
def test_exit_codes(error, code):
    assert issubclass(error, LabError)
    assert error.exit_code == code


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
    "error",
    [
        LabError("no"),
        PartError("no part"),
        StorageError("no room"),
        ExperimentError("a.toml", [Problem(2, "a", "one"), Problem(3, "b", "two")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_travels_from_a_worker(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("sigmiod", "did you mean 'sigmoid'? (known: Phi, relu, sigmoid, tanh)"),
        ("RELU", "did you mean 'relu'? (known: Phi, relu, sigmoid, tanh)"),
        ("phi", "did you mean 'Phi'? (known: Phi, relu, sigmoid, tanh)"),
        ("quux", "(known: Phi, relu, sigmoid, tanh)"),
        ("", "(known: Phi, relu, sigmoid, tanh)"),
    ],
)
def test_did_you_mean(word, expected):
    assert did_you_mean(word, iter(["tanh", "sigmoid", "relu", "Phi"])) == expected


def test_did_you_mean_another_spelling_which_is_not_listed():
    assert (
        did_you_mean("swsih", ["silu", "tanh"], {"swish": "silu"})
        == "did you mean 'swish'? (known: silu, tanh)"
    )


def test_did_you_mean_nothing():
    assert did_you_mean("tanh", []) == "there is none"


def test_nearest():
    assert nearest("smooth-relu", ["relu", "smooth-rely"]) == "smooth-rely"
    assert nearest("x", ["relu"]) is None
