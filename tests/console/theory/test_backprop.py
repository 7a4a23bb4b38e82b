"""The page of ``lab backprop``: its numbers are those of the core, and it says whether the demon agrees."""

import json
import re

import numpy as np
import pytest

from lab.analysis import worked
from lab.analysis.demon import trained_scene
from lab.results.training import prepare


@pytest.fixture
def page(lab):
    def call(*words):
        code, out, err = lab("backprop", *words)
        assert (code, err) == (0, "")
        return out

    return call


def test_without_a_file_it_shows_a_small_net_equation_by_equation(page):
    out = page()
    title, *_ = out.splitlines()
    assert title == "01-demon, sigmoid: 2-3-2-1, example 0, trial 0, after 0 steps"
    headings = re.findall(r"^(Forward|The cost|BP\d(?: and BP2)?)", out, re.MULTILINE)
    assert headings == ["Forward"] * 3 + ["The cost", "BP1", "BP2", "BP2", "BP1 and BP2", "BP3", *["BP4"] * 3]
    assert out.count("✓ the demon finds the same") == 3 + 3 + 3
    assert "✗" not in out
    assert "z¹₁ = 1.212·0.8 − 1.025·0.3 + 0.5881 = 1.25, a¹₁ = 0.7773, σ′(z¹₁) = 0.1731" in out
    assert "δ²₁ = (w³₁₁δ³₁) σ′(z²₁) = (−0.4727·(−0.1481)) · 0.2457 = 0.01721" in out
    for line in ("by ⊙:  δ³ = ∇ₐC ⊙ σ′(z³) = [−0.6689] ⊙ [0.2215] = [−0.1481]",
                 "by Σ′: δ³ = Σ′(z³) ∇ₐC = [0.2215] [−0.6689] = [−0.1481]"):  # fmt: skip
        assert line in out


def test_json_has_the_numbers_of_the_core(page, small):
    told = json.loads(page(small, "--json", "--example", 5, "--steps", 3, "--trial", 2, "--variant", 1))
    _, training = prepare(small).made[1]
    scene = trained_scene(training, 2, 5, 3)
    assert (told["variant"], told["trial"], told["example"], told["steps"]) == ("soft", 2, 5, 3)
    assert told["cost"] == scene.cost
    assert [layer["layer"] for layer in told["layers"]] == [1, 2, 3]
    for layer in told["layers"]:
        l = layer["layer"]
        delta, a = scene.p.delta[l][0, :, 0], scene.p.a[l - 1][0, :, 0]
        assert layer["delta"] == layer["gradient_b"] == delta.tolist()
        np.testing.assert_allclose(layer["gradient_w"], np.outer(delta, a), rtol=1e-15)
        for form in layer["delta_by"].values():
            np.testing.assert_allclose(form, delta, rtol=1e-10, atol=1e-16)
        assert layer["demon_b"]["agrees"]
        assert layer["demon_w"]["agrees"]


def test_of_a_large_net_the_first_neurons_are_shown_and_what_is_left_is_counted(page, small):
    out = page(small, "-o", "network.hidden=[30]", "-o", "vary={}")
    assert "… and 24 more neurons" in out
    assert f"… and {30 * 64 - 6} more weights" in out
    assert "this cost cancels σ′:  δ² = a² − y" in out
    assert max(map(len, out.splitlines())) < 120


def test_latex_has_every_equation_of_the_screen(page):
    out = page("--latex")
    assert out.startswith("% 01-demon")
    lines = [line for line in out.splitlines() if line.startswith(r"\[")]
    assert len(lines) == 43
    assert r"\paragraph{BP1, layer 3, the output} $\delta  = \nabla_a C" in out
    assert out.isascii()
    assert out.count("{") == out.count("}")


def test_a_wrong_equation_would_be_found_out(page, monkeypatch):
    monkeypatch.setattr(worked.WorkedLayer, "gradient", property(lambda layer: layer.w))
    assert page().count("✗ the demon finds another number") == 3


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("--example", 60, "0…59"), ("--trial", 3, "0…2"), ("--variant", 2, "0…1"), ("--steps", 7, "0…6")],
)
def test_what_is_out_of_range_gets_one_line_with_the_range(refused, small, option, value, expected):
    assert refused("backprop", small, option, value) == f"error: {option} {value}: expected {expected}\n"
