"""`lab predict`: of an experiment and of an activation, in words and as JSON."""

import json

import click
import pytest
from click.testing import CliRunner

from lab.cli import cli
from lab.errors import LabError


def predict(*words):
    return CliRunner().invoke(cli, ["predict", *map(str, words)], standalone_mode=False)


def test_an_activation():
    done = predict("tanh", "--weight-variance", 1.69, "--bias-variance", 0.09, "--depth", 2)
    assert done.stdout.splitlines() == [
        "tanh",
        "gain going up, 1/√E σ(g)²:       1.59253742, proved to ± 2e-16",
        "gain going down, 1/√E σ′(g)²:    1.467413592, proved to ± 1e-16",
        "E σ′(g)²:                        0.4644029024, proved to ± 3e-17",
        "",
        "σ_w² = 1.69, σ_b² = 0.09",
        "fixed point q*:                  0.6070467919, proved to ± 6e-15, stable (slope of the map 0.474)",
        "χ at q*:                         0.9398074287, proved to ± 2e-16",
        "depth scale ξ = −1/ln χ:         16.1082 layers",
        "correlation of two inputs at q*: → 1, all become alike (depth scale 16.1082 layers)",
        "critical σ_w² of this σ_b²:      1.94765, where q* = 0.763475",
        "",
        "layer      q      χ  speed",
        "    1   1.78  0.621  0.788",
        "    2  0.934  0.806      1",
    ]


def test_a_formula_as_json():
    told = json.loads(predict("tanh(z) + a*z", "-p", "a=0.1", "--depth", 3, "--json").stdout)
    assert told["forward_gain"] == pytest.approx(1.37956, abs=6e-6)
    assert told["critical_weight_variance"] == pytest.approx(1 / 1.1**2)
    assert [row["layer"] for row in told["layers"]] == [1, 2, 3]
    assert told["layers"][2]["ratio"] == 1


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["relu", "--weight-variance", 2], "fixed point q*:                  every q is fixed"),
        (["relu", "--weight-variance", 3], "fixed point q*:                  none, q grows without end"),
        (
            ["step", "--weight-variance", 2],
            "correlation of two inputs at q*: → 0.789833, inputs part (depth scale 1.5247 layers)",
        ),
        (["identity"], "correlation of two inputs at q*: every c is fixed"),
        (["tanh", "--weight-variance", 0.5], "correlation of two inputs at q*: none, z is 0"),
        (["exp(z)"], "correlation of two inputs at q*: none, there is no q*"),
        (
            ["tanh", "--weight-variance", 2],
            "depth scale ξ = −1/ln χ:         none, E‖δ‖² grows by e every 9.96773 layers",
        ),
    ],
)
def test_where_q_and_two_inputs_come_to_rest_and_errors_grow(words, line):
    assert line in predict(*words).stdout.splitlines()


def test_what_is_not_proved_is_told_with_fewer_digits():
    lines = predict("exp(z)").stdout.splitlines()
    assert "depth scale ξ = −1/ln χ:         – layers" in lines
    assert "gain going up, 1/√E σ(g)²:       0.367879" in lines
    assert "χ at q*:                         –" in lines
    assert json.loads(predict("exp(z)", "--json").stdout)["proved"] == {}


@pytest.mark.parametrize("text", ["1/z", "log(z)", "sqrt(z)"])
def test_a_sigma_that_is_undefined_somewhere_is_refused(text):
    with pytest.raises(LabError, match="is undefined at z = "):
        raise predict(text).exception


def test_a_counterfactual_is_called_one(small):
    done = predict(small, "-o", "training.surrogate_floor=0.1")
    assert "note: where training.surrogate_floor > 0" in done.stderr


def test_two_inputs_and_where_they_part():
    done = predict("tanh", "--weight-variance", 6.25, "--depth", 2, "--correlation", 0.9)
    lines = done.stdout.splitlines()
    assert "correlation of two inputs at q*: → 0, inputs part (depth scale 5.67159 layers)" in lines
    assert lines[-3].split() == ["layer", "q", "c", "χ", "χ_c", "speed"]
    assert lines[-2].split()[2] == "0.9"
    told = json.loads(predict("tanh", "--weight-variance", 6.25, "--json").stdout)
    assert told["fixed_correlation"] == 0
    low, high = told["proved"]["mean_square_slope"]
    assert low <= told["mean_square_slope"] * (1 + 1e-13)
    assert told["mean_square_slope"] <= high * (1 + 1e-13)
    refused = predict("tanh", "--correlation", 2).exception
    assert str(refused) == "correlation must be in [-1, 1], got 2.0"


def test_an_experiment(small, tmp_path):
    plot = tmp_path / "speeds.png"
    done = predict(small, "--plot", plot)
    lines = done.stdout.splitlines()
    assert lines[0] == "A small one"
    assert lines[1].split()[4:] == ["σ_w²", "σ_b²", "q", "c", "χ", "χ_c", "speed", "speed", "w", "rms", "δ"]
    assert lines[3].split()[:4] == ["sigmoid", "2", "6", "5"]
    assert lines[3].split()[-1] == "1"
    assert lines[-2:] == [f"plot: {plot}", f"plot: {plot.with_suffix('.svg')}"]
    assert plot.is_file()
    rows = json.loads(predict(small, "--json").stdout)
    assert len(rows) == 6
    assert rows[2]["chi"] is None


def test_the_phase_of_an_activation_is_drawn(tmp_path):
    plot = tmp_path / "phase.png"
    done = predict("tanh", "--depth", 2, "--phase", plot)
    assert done.stdout.splitlines()[-2:] == [f"plot: {plot}", f"plot: {plot.with_suffix('.svg')}"]
    assert "χ &gt; 1: errors explode" in plot.with_suffix(".svg").read_text(encoding="utf-8")
    refused = predict("tanh", "--phase", tmp_path / "phase.jpg").exception
    assert isinstance(refused, LabError)
    assert str(refused).startswith("--phase")


def test_constant_weights_are_not_predicted(small):
    done = predict(small, "-o", 'network.initialiser={name="constant",w=0.5}')
    assert done.exit_code == 0
    assert "note: sigmoid: nothing is predicted, its weights are not drawn with mean 0" in done.stderr


def test_options_of_the_other_kind_are_refused(small):
    with pytest.raises(click.UsageError, match="an experiment has its own depth"):
        raise predict(small, "--depth", 3).exception
    with pytest.raises(click.UsageError, match="say -p NAME=VALUE"):
        raise predict("tanh", "-o", "trials.seeds=3").exception
    with pytest.raises(LabError, match="weight_variance must be a finite number >= 0, got -1"):
        raise predict("tanh", "--weight-variance", -1).exception
    with pytest.raises(LabError, match="did you mean 'tanh'"):
        raise predict("tahn").exception
