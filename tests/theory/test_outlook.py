import pytest

from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import ReLU
from lab.theory.deep import Deep
from lab.theory.mean_field import boundary
from lab.theory.outlook import POINTS_OF_THE_LINE, critical_line, outlook


def test_of_relu_all_is_known_in_closed_form():
    found = outlook(ReLU(), Deep(weight_variance=1.0, bias_variance=0.5)).facts
    assert found["forward_gain"] == found["backward_gain"] == pytest.approx(2**0.5, rel=1e-12)
    assert (found["mean_square_slope"], found["chi"]) == pytest.approx((0.5, 0.5), rel=1e-12)
    assert found["fixed_point"] == pytest.approx(0.5 / (1 - 0.5), rel=1e-12)
    assert found["critical_weight_variance"] is found["critical_q"] is None


@pytest.mark.parametrize("sigma", [Tanh(), Formula("tanh(z) + 0.1*z"), Formula("1/(1 + exp(-z))")], ids=str)
def test_what_is_proved_holds_what_was_computed(sigma):
    found = outlook(sigma, Deep(weight_variance=1.7, bias_variance=0.1)).facts
    assert found["proved"].keys() >= {"forward_gain", "backward_gain", "mean_square_slope", "chi"}
    for fact, known in found["proved"].items():
        slack = 1e-9 * found[fact]
        assert known.low - slack <= found[fact] <= known.high + slack


def test_the_critical_line_goes_as_far_as_is_asked():
    line = critical_line(Tanh(), 3.0)
    assert len(line) == POINTS_OF_THE_LINE
    assert [line[at][0] for at in (0, -1)] == [0.0, 6.0]
    assert line[-1][1] == boundary(Tanh(), 6.0)
    assert critical_line(Tanh(), 0.5)[-1][0] == 2.0
