"""The choice of a language, and what every file says of σ."""

import json
import re

import numpy as np
import pytest

import lab
from lab.api import export
from lab.bridge.export import NAMES, source_of
from lab.errors import LabError, PartError


@pytest.mark.parametrize("to", NAMES)
def test_every_language_tells_the_formula_and_what_is_proved(to):
    source = export(lab.activation("tanh(z) + a*z", a=0.1), to)
    assert "tanh(z) + a*z" in source
    assert re.search(r"gain", source)
    assert re.search(r"1\.1\b|1\.10+", source)


def test_an_unknown_language_is_told_with_the_nearest():
    with pytest.raises(LabError, match=r"no language 'pytorch'.*torch"):
        export(lab.activation("tanh"), "pytorch")


def test_an_option_of_torch_is_refused_elsewhere():
    with pytest.raises(LabError, match="--learn is for torch"):
        export(lab.activation("swish-beta"), "jax", learn=True)


def test_what_has_no_formula_is_refused():
    with pytest.raises(PartError, match="no formula of σ"):
        export(lab.activation("knots"), "numpy")


def computed_by_json(told, z):
    """A reader of a dozen lines, as one might write it elsewhere."""
    names = {"add": "add", "mul": "multiply", "sub": "subtract", "div": "divide", "neg": "negative"}
    steps = []
    with np.errstate(all="ignore"):
        for operation, *arguments in told["steps"]:
            if operation in ("z", "constant"):
                steps.append(z if operation == "z" else np.float64(float(arguments[0])))
            else:
                function = {"where": np.where, "copy": lambda x: x.astype(float)}.get(operation)
                function = function or getattr(np, names.get(operation, operation))
                steps.append(function(*(steps[k] for k in arguments)))
    return {name: steps[at] for name, at in told["outputs"].items()}


def test_the_steps_of_the_json_compute_sigma():
    sigma = lab.activation("where(z > 0, z + a*z**2, tanh(z))", a=0.5)
    told = json.loads(export(sigma, "json"))
    for name, values in computed_by_json(told, np.array(told["values"]["z"])).items():
        np.testing.assert_allclose(values, told["values"][name], rtol=1e-14)


def test_the_steps_of_the_json_are_of_the_better_form_and_what_is_lost_is_told():
    sigma, z = lab.activation("z/cosh(z)"), np.array([-715.0, 715.0, 1e200, np.inf, np.nan])
    told = json.loads(export(sigma, "json"))
    found = computed_by_json(told, z)
    np.testing.assert_allclose(found["value"], sigma(z), rtol=1e-12)
    np.testing.assert_allclose(found["slope"], sigma.derivative(z), rtol=1e-12)
    assert told["lost"] == []
    assert json.loads(export(LOST, "json"))["lost"] == source_of(LOST, "json").lost != []


LOST = lab.activation("z**3/(1 + exp(-z))")


@pytest.mark.parametrize("to", ["torch", "jax", "keras", "numpy"])
def test_where_values_are_lost_is_told_and_stands_in_the_header(to):
    source = source_of(LOST, to)
    assert any(re.match(r"in float32 σ′ is NaN for z in \[\d.*, inf\]", line) for line in source.lost)
    assert all(line in source.text for line in source.lost)


def test_only_what_is_written_is_told_and_in_what_it_is_computed():
    assert all(line.startswith("in float64 ") for line in source_of(LOST, "c").lost)
    assert all(line.startswith("in float64 ") for line in source_of(LOST, wide=True).lost)
    assert not any(re.search("σ′ (?!by autograd)|σ″", line) for line in source_of(LOST, plain=True).lost)
    assert any("σ″" in line for line in source_of(LOST).lost)
    assert source_of(LOST, "latex").lost == []
    assert source_of(lab.activation("z/cosh(z)")).lost == []


def test_latex_has_the_parameters_by_name():
    text = export(lab.activation("elu", alpha=0.5), "latex")
    assert r"\alpha \, \left(e^{z} - 1\right)" in text
    assert text.count("{") == text.count("}")
