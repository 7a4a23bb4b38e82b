"""`lab predict`: of an experiment and of an activation, in words and as JSON."""

import json

import pytest


@pytest.fixture
def predict(lab):
    """Call ``lab predict``; returns the lines that it printed, or what JSON says, and its notes."""

    def call(*words):
        code, out, notes = lab("predict", *words)
        assert code == 0
        return json.loads(out) if "--json" in words else out.splitlines(), notes

    return call


def test_an_activation(predict):
    lines, _ = predict("tanh", "--weight-variance", 1.69, "--bias-variance", 0.09, "--depth", 2)
    assert lines[:-3] == [
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
    ]
    assert [line.split() for line in lines[-3:]] == [
        ["layer", "q", "χ", "speed"],
        ["1", "1.78", "0.621", "0.788"],
        ["2", "0.934", "0.806", "1"],
    ]


def test_a_formula_as_json(predict):
    told, _ = predict("tanh(z) + a*z", "-p", "a=0.1", "--depth", 3, "--json")
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
        (["exp(z)"], "depth scale ξ = −1/ln χ:         – layers"),
        (["where(z>0,sqrt(z),0*z)"], "depth scale ξ = −1/ln χ:         none, E‖δ‖² is infinite"),
        (["exp(z)"], "gain going up, 1/√E σ(g)²:       0.367879"),
        (["exp(z)"], "χ at q*:                         –"),
    ],
)
def test_where_q_and_two_inputs_come_to_rest_and_errors_grow(predict, words, line):
    """What is not proved is told with fewer digits."""
    assert line in predict(*words)[0]


@pytest.mark.parametrize(
    ("name", "line", "note"),
    [
        (
            "where(z>0,sqrt(z),0*z)",
            "σ′ is not square integrable: E σ′(g)² is infinite, so weights of no gain keep E ‖δ‖²",
            "no speed: where χ is infinite ‖δ‖² has no mean",
        ),
        (
            "step",
            "σ′ is 0 for almost every z: no error passes, so weights of no gain keep E ‖δ‖²",
            "no speed: all are relative to that of the last layer, which is 0",
        ),
        (
            "tanh(1e6*(z-100))",
            "σ′ is 0 where z is standard normal, or very small: no error passes, so weights of no gain keep "
            "E ‖δ‖²",
            "no speed: all are relative to that of the last layer, which is 0",
        ),
        ("tanh(1e8*z)", None, None),
        ("exp(z)", None, "no speed: z grows beyond all numbers, or σ has no mean square"),
        ("tanh", None, None),
    ],
)
def test_why_there_is_no_gain_and_no_speed(predict, name, line, note):
    lines, notes = predict(name, "--depth", 4)
    assert [each for each in lines if each.startswith("σ′ is")] == ([line] if line else [])
    assert notes == (f"note: {note}\n" if note else "")


def test_where_q_is_too_small_for_a_float(predict):
    lines, notes = predict("z**3/3", "--depth", 7, "--weight-variance", 0.05)
    assert [line.split()[1] for line in lines[-3:]] == ["2.81e-149", "0", "0"]
    assert notes.splitlines()[0] == (
        "note: from layer 6 on q is too small for a float, below 5e-324, and taken as 0"
    )


def test_what_quadrature_misses_is_told_as_it_is_proved(predict, monkeypatch):
    monkeypatch.setattr("lab.theory.moments.turns", lambda sigma: sigma.kinks)
    lines, notes = predict("tanh(1e8*z)", "--depth", 1)
    assert "E σ′(g)²:                        53192304.05, proved to ± 4e-09" in lines
    assert not any("no error passes" in line for line in lines)
    assert "right is what is proved" in notes


def test_where_nothing_is_proved_json_says_so(predict):
    assert predict("exp(z)", "--json")[0]["proved"] == {}


def test_two_inputs_and_where_they_part(predict):
    lines, _ = predict("tanh", "--weight-variance", 6.25, "--depth", 2, "--correlation", 0.9)
    assert "correlation of two inputs at q*: → 0, inputs part (depth scale 5.67159 layers)" in lines
    assert lines[-3].split() == ["layer", "q", "c", "χ", "χ_c", "speed"]
    assert lines[-2].split()[2] == "0.9"
    told, _ = predict("tanh", "--weight-variance", 6.25, "--json")
    assert told["fixed_correlation"] == 0
    low, high = told["proved"]["mean_square_slope"]
    assert low <= told["mean_square_slope"] * (1 + 1e-13)
    assert told["mean_square_slope"] <= high * (1 + 1e-13)


def test_an_experiment(predict, small, tmp_path):
    plot = tmp_path / "speeds.png"
    lines, _ = predict(small, "--plot", plot)
    assert lines[0] == "A small one"
    assert lines[1].split()[4:] == ["σ_w²", "σ_b²", "q", "c", "χ", "χ_c", "speed", "speed", "w", "rms", "δ"]
    assert lines[3].split()[:4] == ["sigmoid", "2", "6", "5"]
    assert lines[3].split()[-1] == "1"
    assert lines[-2:] == [f"plot: {plot}", f"plot: {plot.with_suffix('.svg')}"]
    assert plot.is_file()
    rows, _ = predict(small, "--json")
    assert len(rows) == 6
    assert rows[2]["chi"] is None


@pytest.mark.parametrize(
    ("override", "note"),
    [
        ("training.surrogate_floor=0.1", "where training.surrogate_floor > 0"),
        (
            'network.initialiser={name="constant",w=0.5}',
            "nothing is predicted, its weights are not drawn with mean 0",
        ),
    ],
)
def test_a_counterfactual_and_constant_weights_have_a_note(predict, small, override, note):
    assert f"note: {note}" in predict(small, "-o", override)[1]


def test_the_phase_of_an_activation_is_drawn(predict, tmp_path):
    plot = tmp_path / "phase.png"
    lines, _ = predict("tanh", "--depth", 2, "--phase", plot)
    assert lines[-2:] == [f"plot: {plot}", f"plot: {plot.with_suffix('.svg')}"]
    assert "χ &gt; 1: errors explode" in plot.with_suffix(".svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        *(([text], f"error: {text} is undefined at z = ") for text in ("1/z", "log(z)", "sqrt(z)")),
        (["tanh", "--correlation", 2], "error: correlation must be in [-1, 1], got 2.0\n"),
        (["tanh", "--phase", "phase.jpg"], "error: --phase"),
        (["small.toml", "--depth", 3], "error: an experiment has its own depth"),
        (["tanh", "-o", "trials.seeds=3"], "say -p NAME=VALUE"),
        (["tanh", "--weight-variance", -1], "weight_variance must be a finite number >= 0, got -1"),
        (["tahn"], "did you mean 'tanh'"),
    ],
)
def test_what_is_wrong_is_told(refused, small, words, said):
    assert said in refused("predict", *words)
