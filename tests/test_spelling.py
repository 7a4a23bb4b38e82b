import pytest

from lab.network.initialisers import TABLE
from lab.spelling import did_you_mean, nearest


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
    assert did_you_mean("nn.MSELoss()", ["quadratic", "huber"]).startswith("did you mean 'quadratic'?")
    assert did_you_mean("speed", keys) == "did you mean 'learning_speed' or 'weight_speed'?"
    assert did_you_mean("softmax", keys) == "did you mean 'softmax-cross-entropy'?"
    assert did_you_mean("a", keys).startswith("known are")


def test_the_nearest_of_several_and_of_none():
    assert nearest("smooth-relu", ["relu", "smooth-rely"]) == "smooth-rely"
    assert nearest("x", ["relu"]) is None
    assert did_you_mean("tanh", []) == "there is none"


def test_a_known_word_that_is_given_twice_is_listed_once():
    assert did_you_mean("nix", ["tanh", "relu", "tanh"]) == "expected one of relu, tanh"


def test_words_that_hold_commas_are_quoted():
    known = ["tanh, eta=0.1", "relu"]
    assert did_you_mean("nix", known) == "expected one of 'relu', 'tanh, eta=0.1'"
    near = "did you mean 'tanh, eta=0.1'? (known: 'relu', 'tanh, eta=0.1')"
    assert did_you_mean("tanh, eta=0.2", known) == near
    many = [f"a, {number}" for number in range(20)]
    assert did_you_mean("quux", many) == "known are 'a, 0', 'a, 1', 'a, 10' and 17 others"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("kaiming_uniform_", "he-uniform"),
        ("zeros_", "constant"),
        ("trunc_normal_", "normal"),
        ("pytorch", "torch"),
    ],
)
def test_initialisers_are_known_by_the_names_of_torch_and_keras(theirs, ours):
    assert did_you_mean(theirs, TABLE).startswith(f"did you mean {ours!r}?")
