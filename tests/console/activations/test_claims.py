"""`lab certify`: words, JSON, exit codes."""

import json
from fnmatch import fnmatchcase

import pytest


@pytest.fixture
def certify(lab):
    """Call ``lab certify``; returns its exit code, and the lines that it printed."""

    def call(*words):
        code, out, _ = lab("certify", *words)
        return code, out.splitlines()

    return call


def test_without_a_claim_the_bounds_are_told(certify):
    code, lines = certify("z*Phi(z) + 0.2*z")
    assert code == 0
    assert lines == [
        "z*Phi(z) + 0.2*z",
        "inf σ′ = 0.0710958548 ± 1e-10, at z ≈ -1.41421",
        "sup σ′ = 1.32890415 ± 1e-08, at z ≈ 1.41421",
        "monotone: proved, σ rises or is level everywhere",
        "Lipschitz constant = 1.32890415 ± 1e-08",
        "range of σ: inf = −∞, sup = ∞",
        "jumps: none",
        "σ′ ≥ 0.07109585: by BP2 each layer passes at least 0.07109585 of the error that arrives there; "
        "through eight layers σ′ leaves at least 0.07109585⁸",
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
        (["z + sin(z)*sin(sqrt(2)*z)", "--at-least", "-0.9"], 3, "σ′ ≥ -0.9 is UNDECIDED: the proof does *"),
        (
            ["sin(z**2)", "--at-least", "-1e300"],
            3,
            "σ′ ≥ -1e+300 is REFUTED: inf σ′ = −∞; no float z is known *",
        ),
        (["tanh(z) + a*z", "-p", "a=0.1"], 0, "inf σ′ = 0.1, approached as z → ±∞"),
        (
            ["tanh(z) + a*z", "-p", "a=0.05:0.2", "--at-least", "0.05", "--at-most", "1.3"],
            *(0, "0.05 ≤ σ′ ≤ 1.3 is CERTIFIED: *"),
        ),
        (["leaky-relu", "-p", "slope=0.05:0.2"], 0, "inf σ′ = 0.05, at z = -1"),
        (["floored", "-p", "inner=sigmoid", "-p", "floor=0.1:0.3"], 0, "inf σ′ = 0.1 ± 1e-*"),
    ],
)
def test_the_verdict_or_the_first_bound_and_the_exit_code(certify, words, code, second):
    ended, lines = certify(*words)
    assert ended == code
    assert fnmatchcase(lines[1], second)


def test_json(certify):
    code, lines = certify("sigmoid", "--at-least", "0.01", "--json")
    told = json.loads("".join(lines))
    expected = {"activation": "sigmoid", "parameters": [], "claim": [0.01, "inf"], "verdict": "REFUTED"}
    expected |= {"inf_slope": [0, 0], "inf_slope_at": ["-inf", "inf"], "sup_slope": [0.25, 0.25]}
    expected |= {"monotone": "CERTIFIED", "turns_at": None, "jumps": [], "doubt": "", "range_inf": [0, 0]}
    expected |= {"witness": pytest.approx(-20.725)}
    assert code == 3
    assert {key: told[key] for key in expected} == expected
    _, lines = certify("tanh(z) + a*z", "-p", "a=1:2", "--json")
    told = json.loads("".join(lines))
    assert (told["claim"], told["parameters"], told["range_sup"]) == (None, ["a=1:2"], ["inf", "inf"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tanhh"], "unknown activation 'tanhh'; did you mean 'tanh'?"),
        (["softmax"], "softmax is not elementwise, so it is no activation; for a softmax output write"),
        (["tanh", "--at-least", "1", "--at-most", "0"], "the claim contradicts itself: no σ′ is at"),
        (["tanh(z) + a*z"], "unknown name 'a'"),
        (["tanh(z)", "-p", "a=1:2"], "the parameter 'a' does not occur in it"),
        (["tanh(z) + a*z", "-p", "a=2:1"], "a: expected a range of finite numbers, low:high, got 2:1"),
        (["tanh(z) + a*z", "-p", "a=0:inf"], "a: expected a range of finite numbers, low:high, got 0:inf"),
        (["tanh(z) + a*z", "-p", "a"], "-p a: expected NAME=VALUE, or for lab certify NAME=LOW:HIGH"),
        *(
            (["tanh(z) + a*z", "-p", f"a={given}"], "NAME=LOW:HIGH; write a=-0.5:2")
            for given in ("-0.5..2", "[-0.5, 2]", "-0.5-2", "-0.5 to 2")
        ),
        (["gelu", "-p", "slope=0.1:0.2"], "'gelu' has no parameter 'slope'"),
        (["tanh(z)", "--at-least", "nan"], "--at-least nan: expected a finite number"),
        (["import os"], "no statement"),
    ],
)
def test_what_is_wrong_is_told(refused, words, message):
    assert message in refused("certify", *words)
