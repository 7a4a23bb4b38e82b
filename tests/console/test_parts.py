import pytest

from lab.console.parts import kind_page, parameters
from lab.network.initialisers import TABLE, He, Normal, Uniform
from tests.data.conftest import refusal


@pytest.mark.parametrize("word", ["initialisers", "initialiser"])
def test_every_part_of_a_kind_is_listed(word):
    rows = {row["name"]: row for row in kind_page(word).value}
    assert rows.keys() >= TABLE.keys()
    assert rows["torch"]["what it is"].startswith("w ~ U(±gain/√n_in), b ~ U(±1/√n_in)")
    assert "bias=torch" in rows["torch"]["parameters"]


def test_parameters_have_their_defaults_unless_nothing_is_the_default():
    assert parameters(He) == "bias, gain=1.41421"
    assert parameters(Normal) == "bias, weight_variance=1, bias_variance=0, sd"
    assert parameters(Uniform) == "bias, low, high"


def test_what_is_no_kind():
    assert refusal(kind_page, "initialisr").startswith("no parts are called 'initialisr'; did you mean")
