"""The conformance suite: what the backpropagation core relies on, for anyone's activation or cost.

    from lab.testing import check_activation

    def test_mine():
        check_activation(Mine(floor=0.1))

`ACTIVATION_CHECKS` lists the checks by name; each is a function that raises AssertionError with the
numbers that disagree, so that a test framework can take them one by one.
"""

from lab.testing.gradients import check_cost, directional_derivatives
from lab.testing.suite import ACTIVATION_CHECKS, check_activation, faults_of_own

__all__ = ["ACTIVATION_CHECKS", "check_activation", "check_cost", "directional_derivatives", "faults_of_own"]
