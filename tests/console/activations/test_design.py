"""``lab design``: one way to say a slope in, the lines of a file that make it out."""

import json
import tomllib

import numpy as np
import pytest

from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.design.template import KERNELS, Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import LeakyReLU
from lab.console.activations import design as design_page
from lab.experiment.variants import load
from lab.prover import slope_bounds, words
from lab.prover.certificate import Certificate
from lab.prover.integrals.integrated import integrated, proved_error
from lab.runs.preparation import prepared

BELL = "floor + (1 - floor)*exp(-z**2)"
FILE = '[data]\nname = "digits"\n[network]\nhidden = [4]\n'


@pytest.fixture
def design(lab):
    """Call ``lab design``."""
    return lambda *words: lab("design", *words)


WAYS = {
    "a template": (
        ["--template", "cauchy", "--floor", "0.05", "--height", "2", "--width", "3", "--centre", "-1"],
        Template(0.05, 2.0, "cauchy", 3.0, -1.0),
    ),
    "a template's defaults": (["--template", "sech2"], Template()),
    "knots": (["--knots", "-2:0.1, 0:1, 2:0.1"], Knots()),
    "a floor under a name": (["--floor-under", "tanh", "--floor", "0.2"], Floored(Tanh(), 0.2)),
    "a floor under a part": (
        ["--floor-under", "leaky-relu", "-p", "slope=0.2"],
        Floored(LeakyReLU(0.2), 0.1),
    ),
    "a clip under a name": (["--clip-under", "tanh"], ClippedSlope(Tanh(), 0.1)),
    "a clip under a formula": (
        ["--clip-under", "a*tanh(z)", "-p", "a=2", "--floor", "0.3"],
        ClippedSlope(Formula("a*tanh(z)", (("a", 2.0),)), 0.3),
    ),
    "a derivative": (["--derivative", BELL, "-p", "floor=0.05"], Integral(BELL, (("floor", 0.05),))),
}


@pytest.mark.parametrize(("words", "sigma"), WAYS.values(), ids=WAYS)
def test_the_lines_make_it_again_and_stand_in_an_experiment_as_they_are_printed(
    design, written, words, sigma
):
    code, out, err = design(*words, "--json")
    told = json.loads(out)
    z = np.array(told["z"])
    assert (code, err) == (0, "")
    assert told["slope"] == pytest.approx([sigma.slope_range.low, sigma.slope_range.high], rel=1e-15)
    assert told["proved"] == ["range", "slope"]
    assert told["sigma"] == sigma(z).tolist()
    assert told["derivative"] == sigma.derivative(z).tolist()

    lines = design(*words)[1].partition("\n\nrange of σ")[0]
    [(_, training)] = prepared(load(written(f"{FILE}{lines}"))).made
    assert tomllib.loads(told["toml"]) == tomllib.loads(lines)
    assert training.network.sigmas[0] == sigma


def test_all_is_told(design, tmp_path):
    code, out, _ = design("--derivative", BELL, "-p", "floor=0.05", "--plot", "bell.png")

    assert code == 0
    assert out.startswith('# in [network]\nactivation = "designed"\n\n[activations.designed]\n')
    for told in (
        f'derivative = "{BELL}"\nfloor = 0.05\nat_least = 0.05\n',
        "range of σ: [−∞, ∞], proved over all reals\n"
        "range of σ′: [0.05, 1], proved over all reals\n"
        "σ′ ≥ 0.05, proved\n"
        "kinks found: none\n",
        "relative to 1 + |σ|, for |z| ≤ 10000: the quadrature is proved, the rounding of σ′ measured\n",
    ):
        assert told in out
    assert ["700", "35.84191558", "0.05"] in [line.split() for line in out.splitlines()]
    assert all((tmp_path / name).stat().st_size > 1000 for name in ("bell.png", "bell.svg"))


def test_a_bound_between_two_short_numbers_is_rounded_down(design):
    for slope, at_least in (("sqrt(1.2) - exp(-z**2)", 0.0954451), ("sqrt(1.5) - exp(-z**2)", 0.224)):
        told = json.loads(design("--derivative", slope, "--json")[1])
        assert told["at_least"] == at_least
        assert 0 < told["error"] < 1e-12


def test_the_error_that_is_told_is_the_proved_one(design):
    text = "exp(-z**2/1e-8) + 0.1"  # of which the points of the table see nothing
    known = proved_error(integrated(text))
    assert json.loads(design("--derivative", text, "--json")[1])["error"] == known < 1e-14
    line = design("--derivative", text)[1].partition("error of σ, which is integrated: at most ")[2]
    assert known <= float(line.partition(",")[0]) < 1.001 * known


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        ("exp(-z**2)", "[0, 1], proved over all reals\nσ′ is not bounded away from 0, proved"),
        ("cos(z/9) - 0.5", "σ′ is not bounded away from 0, proved"),
    ],
)
def test_a_slope_without_a_floor_is_told_so(design, slope, said):
    _, out, _ = design("--derivative", slope)
    assert said in out
    assert "at_least" not in out


def test_what_is_only_measured_is_told_so(design, monkeypatch):
    out = design("--derivative", "exp(-z**2)")[1]
    assert "range of σ: [-0.886227, 0.886227], measured on a grid of z and not proved" in out
    out = design("--floor-under", "knots", "--floor", "0.3")[1]
    assert "range of σ: [−∞, ∞], as the class claims and not proved" in out
    assert "range of σ′: [0.37, 1], as the class claims and not proved" in out

    undecided = Certificate("UNDECIDED", "too hard")
    for module in (design_page, slope_bounds, words):
        monkeypatch.setattr(module, "certify", lambda sigma, **claim: undecided)
    out = design("--derivative", "0.1 + exp(-z**2)")[1]
    assert "range of σ: [−∞, ∞], measured on a grid of z and not proved" in out
    assert "range of σ′: [0.1, 1.1], measured on a grid of z and not proved" in out
    assert "σ′ is not proved to be bounded away from 0" in out
    assert "at_least" not in out


def test_a_slope_that_falls_to_zero_has_no_floor_and_no_straight_end(design):
    out = design("--derivative", "1/(1 + z**2)")[1]
    assert "range of σ: [-1.5708, 1.5708], measured on a grid of z and not proved" in out
    assert "range of σ′: [0, 1], proved over all reals\nσ′ is not bounded away from 0, proved" in out
    assert "straight" not in out
    assert "at_least" not in out


def test_where_a_design_goes_straight_on_it_is_told(printed):
    page = design_page.page({"derivative": "1.1 + sin(z)"}, (), None, allow_code=False)
    told = "beyond |z| = 10000 this σ′ turns too often, or has a pole: there σ goes straight on"
    assert told in printed(page)
    assert printed(page, as_json=True)["frozen"]


def test_knots_of_a_file(design, tmp_path):
    (tmp_path / "knots.csv").write_text("z,slope\n-1,0.5\n1,0.25\n")
    code, out, _ = design("--knots-csv", "knots.csv")

    assert code == 0
    assert 'activation = {name = "knots", z = [-1.0, 1.0], slopes = [0.5, 0.25]}' in out
    assert "range of σ′: [0.25, 0.5], proved over all reals" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "expected exactly one of --template, --knots, "),
        ([], "got none; try lab design --template sech2 --floor 0.1"),
        (["--template", "box", "--knots", "0:1,1:1"], "got --template and --knots"),
        (["--template", "gaus"], "unknown kernel 'gaus'; did you mean 'gauss'?"),
        (["--template", "gauss", "--floor", "-1"], "gauss: --floor must be >= 0 and finite, got -1.0"),
        (
            ["--template", "gauss", "--floor", "2"],
            "--template gauss: --floor = 2 is above --height = 1; expected a lower floor or a greater height",
        ),
        (["--floor-under", "tanh", "--floor", "2"], "--floor-under tanh: --floor must lie in [0, 1]"),
        (["--template", "gauss", "--floor", "x"], "'x' is no number"),
        (["--knots", "0:1"], "knots: at least 2 knots are needed, got 1"),
        (["--knots-csv", "none.csv"], "none.csv: cannot be read: No such file or directory"),
        (["--floor-under", "1/z"], "--floor-under 1/z: is undefined at z = 0; expected an activation with"),
        (["--clip-under", "log(z)"], "--clip-under log(z): is undefined at z = 0; expected an"),
        (["--floor-under", "tahn"], "unknown activation 'tahn'; did you mean 'tanh' or 'atan'?"),
        (["--clip-under", "own.py:Mine"], "there is no file"),
        (
            ["--derivative", "1/z"],
            "the derivative '1/z' cannot be integrated: no bound is found for it near z = 0",
        ),
        (["--derivative", "exp(-q**2)"], "column 6: unknown name 'q'; the variable is called z"),
        (["--derivative", BELL], "unknown name 'floor'"),
        (["--derivative", BELL, "-p", "floor=low"], "the parameter 'floor' must be a number, got 'low'"),
        (["--derivative", BELL, "-p", "floor"], "-p floor: expected NAME=VALUE"),
        (
            ["--derivative", BELL, "--floor", "0.1"],
            "--floor does not go with --derivative; a parameter of the formula is given by -p floor=0.1",
        ),
        (["--knots", "0:1,1:1", "--width", "2"], "--width does not go with --knots; it goes with --template"),
        (["--clip-under", "tanh", "--height", "2"], "--height does not go with --clip-under"),
        (["--template", "box", "-p", "a=2"], "-p does not go with --template; it goes with --floor-under, "),
        (["--template", "box", "--plot", "box.pdf"], "--plot box.pdf: expected a file that ends in .png"),
        (["--tempalte", "box"], "No such option"),
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_told_in_one_line(refused, tmp_path, words, said):
    assert said in refused("design", *words)
    assert list(tmp_path.iterdir()) == []


def test_help_tells_the_ways_and_the_kernels(design):
    code, out, _ = design("--help")
    assert code == 0
    assert all(word in out for word in (*KERNELS, *(f"--{way}" for way in design_page.SETTINGS)))
