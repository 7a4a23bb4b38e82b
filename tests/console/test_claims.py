"""`lab certify`: words, JSON, exit codes."""

import json

import pytest
from click.testing import CliRunner

from lab.cli import cli
from lab.errors import LabError


def certify(*words):
    return CliRunner().invoke(cli, ["certify", *words], standalone_mode=False, catch_exceptions=True)


def lines(*words):
    return certify(*words).stdout.splitlines()


def test_without_a_claim_the_bounds_are_told():
    done = certify("z*Phi(z) + 0.2*z")
    assert done.return_value == 0
    assert done.stdout.splitlines() == [
        "z*Phi(z) + 0.2*z",
        "inf σ′ = 0.0710958548 ± 1e-10, at z = -1.41421",
        "sup σ′ = 1.32890415 ± 1e-08, at z = 1.41421",
        "monotone: proved, σ rises or is level everywhere",
        "Lipschitz constant = 1.32890415 ± 1e-08",
        "range of σ: inf = −∞, sup = ∞",
        "jumps: none",
        "σ′ ≥ 0.07109585: by BP2, which multiplies the error by σ′, every neuron passes at least 0.07109585 "
        "of it on, so saturation alone can never stop a weight",
    ]


@pytest.mark.parametrize(
    ("words", "code", "second"),
    [
        (["sigmoid", "--at-least", "0"], 0, "σ′ ≥ 0 is CERTIFIED: proved on every interval of z"),
        (["sigmoid", "--at-most", "0.25"], 0, "σ′ ≤ 0.25 is CERTIFIED: proved on every interval of z"),
        (["silu", "--at-least", "0"], 3, "σ′ ≥ 0 is REFUTED: σ′(-2.39936) = -0.0998393, less than 0"),
        (["gelu", "--at-least", "0"], 3, "σ′ ≥ 0 is REFUTED: σ′(-1.41421) = -0.128904, less than 0"),
        (["z*tanh(sp(z))", "--at-least", "0"], 3, "σ′ ≥ 0 is REFUTED: σ′(-2.25638) = -0.112526, less than 0"),
        (["1/z", "--at-least", "0"], 3, "σ′ ≥ 0 is REFUTED: σ is undefined at z = 0, where it has no slope"),
        (["1/z"], 0, "σ is undefined at z = 0, where it has no slope"),
        (
            ["where(z > 0, z, z - 1)", "--at-least", "0.5"],
            3,
            "σ′ ≥ 0.5 is REFUTED: σ jumps at z = 0, where it has no slope",
        ),
        (
            ["z + 10*exp(-((z - 300)/5)**2)", "--at-least", "0"],
            3,
            "σ′ ≥ 0 is REFUTED: σ′(303.536) = -0.715528, less than 0",
        ),
    ],
)
def test_the_verdict_and_the_exit_code(words, code, second):
    done = certify(*words)
    assert done.return_value == code
    assert done.stdout.splitlines()[1] == second


def test_what_is_not_decided_ends_with_3():
    done = certify("z + sin(z)*sin(sqrt(2)*z)", "--at-least", "-0.9")
    assert done.return_value == 3
    assert done.stdout.splitlines()[1].startswith("σ′ ≥ -0.9 is UNDECIDED: the proof does not come through")
    assert certify("sin(z**2)", "--at-least", "-1e300").return_value == 3


def test_a_parameter_and_a_range_of_it():
    assert lines("tanh(z) + a*z", "-p", "a=0.1")[:2] == [
        "tanh(z) + a*z  [a=0.1]",
        "inf σ′ = 0.1 ± 1e-16, approached as z → ±∞",
    ]
    done = certify("tanh(z) + a*z", "-p", "a=0.05:0.2", "--at-least", "0.05", "--at-most", "1.3")
    assert done.return_value == 0
    assert done.stdout.splitlines()[1].startswith("0.05 ≤ σ′ ≤ 1.3 is CERTIFIED: ")
    assert lines("leaky-relu", "-p", "slope=0.05:0.2")[1] == "inf σ′ = 0.05, at z = -1"
    assert lines("floored", "-p", "inner=sigmoid", "-p", "floor=0.1:0.3")[1].startswith("inf σ′ = 0.1 ± 1e-")


def test_json():
    done = certify("sigmoid", "--at-least", "0.01", "--json")
    told = json.loads(done.stdout)
    assert done.return_value == 3
    assert (told["activation"], told["parameters"], told["claim"]) == ("sigmoid", [], [0.01, "inf"])
    assert (told["verdict"], told["witness"]) == ("REFUTED", pytest.approx(-20.725))
    assert told["inf_slope"] == [0, 0]
    assert told["inf_slope_at"] == ["-inf", "inf"]
    assert told["sup_slope"] == [0.25, 0.25]
    assert (told["monotone"], told["turns_at"], told["jumps"], told["doubt"]) == ("CERTIFIED", None, [], "")
    assert told["range_inf"] == [0, 0]
    told = json.loads(certify("tanh(z) + a*z", "-p", "a=1:2", "--json").stdout)
    assert (told["claim"], told["parameters"], told["range_sup"]) == (None, ["a=1:2"], ["inf", "inf"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tanhh"], "unknown activation 'tanhh'; did you mean 'tanh'?"),
        (["tanh(z) + a*z"], "unknown name 'a'"),
        (["tanh(z)", "-p", "a=1:2"], "the parameter 'a' does not occur in it"),
        (["tanh(z) + a*z", "-p", "a=2:1"], "a: expected a range of finite numbers, low:high, got 2:1"),
        (["tanh(z) + a*z", "-p", "a=0:inf"], "a: expected a range of finite numbers, low:high, got 0:inf"),
        (["tanh(z) + a*z", "-p", "a"], "-p a: expected NAME=VALUE, or for lab certify NAME=LOW:HIGH"),
        (
            ["tanh(z) + a*z", "-p", "a=1:2:3"],
            "-p a=1:2:3: expected NAME=VALUE, or for lab certify NAME=LOW:HIGH",
        ),
        (["gelu", "-p", "slope=0.1:0.2"], "'gelu' has no parameter 'slope'"),
        (["tanh(z)", "--at-least", "nan"], "--at-least nan: expected a finite number"),
        (["import os"], "not an expression"),
    ],
)
def test_what_is_wrong_is_told(words, message):
    done = certify(*words)
    assert isinstance(done.exception, LabError)
    assert message in str(done.exception)
    assert done.exception.exit_code == 2
    assert done.stdout == ""
