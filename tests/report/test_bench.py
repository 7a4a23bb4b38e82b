"""The bench, and that its script computes what Python does."""

import re
import tomllib

import numpy as np
import pytest

import lab
from lab import plugins
from lab.activations.catalogue import EXAMPLES
from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.formula.formula import Formula, formula_of
from lab.errors import PartError
from lab.report.bench import bench, subject
from lab.report.document import text
from lab.theory.mean_field import critical
from lab.theory.moments import backward_gain, forward_gain

KNOTS = {"name": '"knots"'}


def random_knots(rng) -> Knots:
    z = np.unique(rng.uniform(-4, 4, rng.integers(2, 8)).round(3))
    return Knots(tuple(z), tuple(rng.uniform(0.02, 1.5, len(z)).round(3)))


@pytest.mark.parametrize("designs", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_random_designs_by_knots_have_the_floor_the_gains_and_the_speeds_of_python(visit, designs):
    """To 1e-6: `lab.certify` and `lab.predict` on one side, the page's script on the other."""
    page = visit(bench(random_knots(np.random.default_rng(0)), KNOTS, "knots"))
    rng = np.random.default_rng(1)
    for _ in range(designs):
        sigma, w2, b2 = random_knots(rng), float(rng.uniform(0.3, 3)), float(rng.uniform(0, 1))
        depth = int(rng.integers(2, 21))
        inf, sup, gains, rows = page.evaluate(
            """([z, slopes, network]) => {
                const sigma = ofKnots(z, slopes);
                return [...bounds(sigma), gains(sigma), layers(sigma, network)];
            }""",
            [
                list(sigma.z),
                list(sigma.slopes),
                {"depth": depth, "weight_variance": w2, "bias_variance": b2, "mean_square": 1},
            ],
        )
        proved = lab.certify(sigma)
        assert proved.inf.low - 1e-6 <= inf <= proved.inf.high + 1e-6
        assert proved.sup.low - 1e-6 <= sup <= proved.sup.high + 1e-6
        assert gains["forward"] == pytest.approx(forward_gain(sigma), rel=1e-6)
        assert gains["backward"] == pytest.approx(backward_gain(sigma), rel=1e-6)
        expected = lab.predict(sigma, depth, w2, b2)
        for name, column in (("q", "q"), ("chi", "chi"), ("speed", "ratio")):
            assert [row[name] for row in rows] == pytest.approx(list(expected[column]), rel=1e-6)


FORMULAS = ["gelu", "softplus", "relu", "template", "mish"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_has_the_values_the_bounds_and_the_speeds_of_python(visit, name):
    sigma = lab.activation(name)
    page = visit(bench(sigma, {"name": name}, name))
    z = np.linspace(-6, 6, 49)
    value, slope, (inf, sup), rows = page.evaluate(
        """(z) => {
            const { sigma, inf, sup, layers } = computed();
            return [z.map(sigma.value), z.map(sigma.slope), [inf, sup], layers];
        }""",
        z.tolist(),
    )
    assert value == pytest.approx(sigma(z), rel=1e-9, abs=1e-12)
    assert slope == pytest.approx(sigma.derivative(z), rel=1e-9, abs=1e-12)
    proved = lab.certify(sigma)
    assert (inf, sup) == pytest.approx((proved.inf.low, proved.sup.high), abs=1e-6)
    assert [row["speed"] for row in rows] == pytest.approx(list(lab.predict(sigma)["ratio"]), rel=1e-6)


@pytest.mark.parametrize(("formula", "bias_variance"), [("tanh(z)", 0.05), ("gelu(z)", 0.0)])
def test_the_critical_variance_is_that_of_python(visit, formula, bias_variance):
    sigma = Formula(formula)
    page = visit(bench(sigma, {"value": formula}, formula))
    found = page.evaluate("(b2) => critical(designed(), b2)", bias_variance)
    expected = critical(sigma, bias_variance)
    assert found == (None if expected is None else pytest.approx(expected.weight_variance, rel=1e-6))


def test_every_operation_of_every_shipped_formula_is_known_to_the_page():
    known = set(
        re.findall(r"(\w+)(?=:|,| })", text("graph.js").partition("const KERNELS = {")[2].partition("};")[0])
    )
    for name, part in plugins.usable("activations").items():
        sigma = EXAMPLES.get(name) or part()
        if formula_of(sigma) is not None:
            graph = subject(sigma).get("graph", [])
            assert {node[0] for node in graph} - {"z", "constant", "parameter"} <= known, name


def test_a_parameter_moves_everything(visit):
    page = visit(bench(Formula("tanh(z) + a*z", (("a", 0.1),)), {"value": '"tanh(z) + a*z"'}, "σ"))
    slider = page.get_by_role("slider", name="a", exact=False).first
    slider.focus()
    page.keyboard.press("End")
    assert page.evaluate("computed().inf") == pytest.approx(0.3, abs=1e-9)
    design = tomllib.loads(page.locator("#toml").inner_text())
    assert design["network"]["activation"] == "designed"
    claimed = design["activations"]["designed"].pop("at_least")
    assert design["activations"]["designed"] == {"value": "tanh(z) + a*z", "a": 0.3}
    assert claimed in (0.299, 0.3)


def test_the_file_of_a_formula_has_the_network_of_the_page_and_runs_with_its_claim(visit, tmp_path):
    page = visit(bench(Formula("tanh(z) + a*z", (("a", 0.1),)), {"value": '"tanh(z) + a*z"'}, "σ"))
    page.get_by_role("slider", name="Layers").fill("3")
    page.get_by_role("slider", name="σ_w²").fill("1.5")
    file = tmp_path / "design.toml"
    file.write_text(page.locator("#toml").inner_text(), encoding="utf-8")
    run = lab.run(file, {"training.steps": 3, "trials.seeds": 2}, results=tmp_path, plots=False)
    assert run.variants["bounds"].tolist() == ["proved"]
    assert run.variants["sizes"].tolist() == ["64-30-30-30-10"]
    assert "weight_variance = 1.5, bias_variance = 0" in file.read_text(encoding="utf-8")
    assert run.info["status"] == "done"


def test_a_knot_is_dragged_and_the_toml_that_comes_of_it_is_certified_and_runs(visit, tmp_path):
    page = visit(bench(Knots(), KNOTS, "σ"))
    box = page.locator("[data-knot='0']").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] - 20, steps=3)
    page.mouse.up()
    spec = tomllib.loads(page.locator("#toml").inner_text())["network"]["activation"]
    assert spec["z"][0] > -2
    assert spec["slopes"][0] > 0.1
    sigma = lab.activation(spec)
    assert lab.certify(sigma, at_least=0.099).verdict == "CERTIFIED"
    file = tmp_path / "design.toml"
    file.write_text(page.locator("#toml").inner_text(), encoding="utf-8")
    small = {"network.hidden": [4, 4], "training.steps": 3, "trials.seeds": 1}
    assert lab.run(file, small, results=tmp_path, plots=False).info["status"] == "done"


def test_a_knot_moves_by_the_keys_and_by_its_fields_and_keeps_between_its_neighbours(visit):
    page = visit(bench(Knots(), KNOTS, "σ"))
    page.get_by_role("slider", name="knot 2").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("knots[1]") == {"z": 0.1, "slope": 1.01}
    page.get_by_label("place of knot 2").fill("9")
    page.keyboard.press("Enter")
    assert page.evaluate("knots[1].z") == 1.99


def test_knots_are_added_and_removed_but_two_stay(visit):
    page = visit(bench(Knots(), KNOTS, "σ"))
    page.get_by_role("button", name="Add a knot").click()
    assert page.evaluate("knots.length") == 4
    for left in (3, 2):
        page.get_by_role("button", name="Remove knot 1").click()
        assert page.evaluate("knots.length") == left
    assert page.get_by_role("button", name="Remove knot 1").is_disabled()


def test_the_network_has_its_sliders(visit):
    page = visit(bench(Knots(), KNOTS, "σ"), color_scheme="dark")
    page.get_by_role("slider", name="Layers").fill("5")
    assert page.locator("#layers tr").count() == 5
    before = page.evaluate("computed().layers[0].speed")
    page.get_by_role("slider", name="σ_w²").fill("2")
    page.get_by_role("slider", name="σ_b²").fill("0.5")
    assert page.evaluate("network()")["bias_variance"] == 0.5
    assert page.evaluate("computed().layers[0].speed") != before


def test_the_toml_is_copied_or_selected(visit):
    page = visit(bench(Knots(), KNOTS, "σ"))
    page.get_by_role("button", name="Copy TOML").click()
    page.get_by_text(re.compile("copied|selected")).wait_for()


def test_a_narrow_bench_is_no_wider_than_its_page(visit):
    page = visit(bench(Knots(), KNOTS, "σ"), viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", [320, 900, 1100])
def test_a_number_stands_on_one_line(visit, width):
    sigma = Knots((-2.0, -1.0, 0.0, 1.0, 2.0), (0.1, 0.5, 0.801, 0.5, 0.1))
    page = visit(bench(sigma, KNOTS, "knots"), viewport={"width": width, "height": 900})
    lines = page.evaluate(
        """[...document.querySelectorAll("#numbers dd")].map(dd => {
            const words = document.createRange();
            words.selectNodeContents(dd);
            return words.getClientRects().length;
        })"""
    )
    assert lines == [1] * len(lines)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_has_no_formula_has_no_bench():
    with pytest.raises(PartError, match="has no formula"):
        bench(Integral("exp(-z**2) + 0.1"), {}, "σ")


def test_hostile_titles_stay_text():
    assert "<img" not in bench(Knots(), KNOTS, "<img src=x>")


def test_a_parameter_that_changes_the_formula_itself_is_held():
    """At c = 0 the formula of a template leaves out a constant that it has elsewhere."""
    at_zero, aside = Template(kernel="gauss"), Template(kernel="gauss", centre=0.5)
    assert set(subject(at_zero)["parameters"]) == {"floor", "height", "width"}
    assert set(subject(aside)["parameters"]) == {"floor", "height", "width", "centre"}


def test_a_template_that_is_moved_is_that_of_its_toml(visit):
    page = visit(bench(Template(centre=0.5), {"name": '"template"', "kernel": '"sech2"'}, "σ"))
    page.get_by_role("slider", name="centre").fill("1")
    sigma = lab.activation(tomllib.loads(page.locator("#toml").inner_text())["network"]["activation"])
    z = [-3.0, 0.0, 2.0]
    assert page.evaluate("(z) => z.map(designed().value)", z) == pytest.approx(list(map(sigma, z)), abs=1e-12)
