"""Words of the book and of other programs lead to what the lab calls the same thing."""

import pytest

from lab.console.words.glossary import looked_up
from lab.console.words.parts import word_page
from tests.data.conftest import refusal


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("regularization parameter", "lambda"),
        ("weight initialization", "first weights"),
        ("Perceptron", "neuron"),
        ("unstable gradients", "vanishing"),
        ("learning slowdown", "saturated"),
        ("validation data", "test data"),
        ("one-hot", "example"),
        ("Dropout", "lambda"),
        ("adamw", "lambda"),
        ("Cohen's d", "d_z"),
    ],
)
def test_a_word_of_the_book_is_one_of_the_lab(word, meant):
    assert looked_up(word) == meant


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("stochastic gradient descent", "descent"),
        ("SGD", "descent"),
        ("log-likelihood", "softmax-cross-entropy"),
        ("momentum co-efficient", "momentum"),
        ("Nesterov", "nesterov"),
        ("mse", "quadratic"),
    ],
)
def test_a_part_is_told_by_its_name_elsewhere(word, part):
    assert [one["name"] for one in word_page(word).value["parts"]] == [part]


def test_a_parameter_is_told_by_the_parts_that_have_it(printed):
    assert [one["name"] for one in word_page("mu").value["parts"]] == ["momentum", "nesterov"]
    assert "mu=0.9" in printed(word_page("mu"))
    assert refusal(word_page, "=").startswith("no word")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((word, ["glorot-uniform", "glorot-normal"]) for word in ("xavier", "Glorot")),
        ("L1", ["lambda", "absolute"]),
    ],
)
def test_all_that_a_word_from_elsewhere_may_mean_are_told(word, meant, printed):
    assert [value["word"] for value in word_page(word).value] == meant
    assert all(name in printed(word_page(word)) for name in meant)


@pytest.mark.parametrize(
    ("word", "listed"), [("optimizers", "optimisers"), ("Initializer", "initialisers"), ("costs", "costs")]
)
def test_a_kind_is_listed_in_american_spelling_too(word, listed):
    assert word_page(word).value == word_page(listed).value


def test_an_underscore_stands_for_a_hyphen():
    assert word_page("Leaky_ReLU").value == word_page("leaky-relu").value
    assert word_page("learning_speed").value["word"] == "learning speed"
