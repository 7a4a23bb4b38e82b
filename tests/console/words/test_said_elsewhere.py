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
