import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.console.activations.claims import certificate_page
from lab.console.activations.shown import STEP, curvature, named_values, plotted
from lab.errors import LabError

HardSwish = TABLE["hard-swish"]


def test_curvature_is_the_derivative_of_the_slope():
    z = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(curvature(Tanh(), z), -2 * np.tanh(z) / np.cosh(z) ** 2, rtol=0, atol=1e-7)


def test_there_is_none_at_a_kink():
    z = np.array([-3.0, -3 + STEP / 2, -3 + 2 * STEP, 0.0, 3.0])
    found = curvature(HardSwish(), z)
    assert np.isnan(found).tolist() == [True, True, False, False, True]
    np.testing.assert_allclose(found[2:4], 1 / 3, rtol=1e-9)


def test_the_plot_is_a_png_and_an_svg(tmp_path):
    assert plotted("sigmoid", Sigmoid(), None) == []
    assert plotted("sigmoid", Sigmoid(), tmp_path / "s.png") == [tmp_path / "s.png", tmp_path / "s.svg"]
    assert (tmp_path / "s.png").stat().st_size > 1000


def test_numbers_are_numbers_and_other_words_are_names():
    found = named_values(["a=0.1", "inner=tanh", "b=1e-3", "c=1:2", "d=own.py:Mine"])
    assert found == {"a": 0.1, "inner": "tanh", "b": 1e-3, "c": (1.0, 2.0), "d": "own.py:Mine"}


def test_a_list_in_brackets_is_one_so_that_a_design_by_knots_can_be_proved():
    words = ["z=[-2, 0.5, 2]", "slopes=[0.1,1,0.1]"]
    assert named_values(words) == {"z": [-2, 0.5, 2], "slopes": [0.1, 1, 0.1]}
    assert certificate_page("knots", words, 0.1, None, False).value["verdict"] == "CERTIFIED"


@pytest.mark.parametrize("word", ["a=-1e-400", "a=1e-400:1"])
def test_a_number_that_would_become_0_is_refused(word):
    with pytest.raises(LabError, match=r"^-p a: -?1e-400 would be read as 0; expected 0 or "):
        named_values([word])


@pytest.mark.parametrize("word", ["a", "=1", "a=", "a=1:2:3"])
def test_a_word_without_its_half_is_refused(word):
    with pytest.raises(LabError, match=r"-p .*: expected NAME=VALUE"):
        named_values([word])
