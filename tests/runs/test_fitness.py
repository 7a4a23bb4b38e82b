import pytest

from lab.experiment.variants import load
from lab.runs.fitness import counterfactual
from lab.runs.preparation import prepared
from tests.runs.test_preparation import HEAD

NUMBERS = 'output = "identity"\ncost = "quadratic"\n'


def test_an_infinite_slope_is_noted_once(written):
    text = HEAD + '[network]\nhidden = [3, 3]\n[vary]\n"network.activation" = ["tanh", "sqrt(max(z, 0))"]\n'
    (note,) = [note for note in prepared(load(written(text))).notes if "infinite" in note]
    assert note.startswith("sqrt(max(z, 0)): the slope is infinite at z = 0 (σ′ = 1.6e+04 at z = 9.3132")


def test_targets_that_are_all_the_same_are_noted(tmp_path, written):
    (tmp_path / "one.csv").write_text("a,y\n" + "".join(f"{row}.5,1\n" for row in range(9)), encoding="utf-8")
    path = written('[data]\nname = "one.csv"\ntarget = "y"\n[network]\nhidden = []\n[training]\nbatch = 3\n')
    said = "all 9 training examples have the same target: there is nothing to learn"
    assert said in prepared(load(path)).notes
    assert not any(
        "same target" in note for note in prepared(load(written(HEAD + "[network]\nhidden = []"))).notes
    )


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ("[64, 30, 10]", "this is 64-64-30-10-10; for 64-30-10 write [30]"),
        ("[64, 10]", ""),
        ("[30, 10]", ""),
    ],
)
def test_sizes_with_inputs_and_outputs_as_hidden_layers_are_noted(written, hidden, said):
    found = [
        note
        for note in prepared(load(written(f"{HEAD}[network]\nhidden = {hidden}\n"))).notes
        if "hidden layers alone" in note
    ]
    assert found == [f"network.hidden lists hidden layers alone: {said}"] * bool(said)


@pytest.mark.parametrize(
    ("given", "said"), [("39.9", ""), ("40.0", "none of them is left"), ("100.0", "grow without end")]
)
def test_a_decay_that_overshoots_is_noted(written, given, said):
    """With 40 examples and η = 1, ηλ/n is λ/40."""
    text = f"{HEAD}[network]\nhidden = [3]\n[training]\nbatch = 10\neta = 1.0\nlambda = {given}\n"
    found = [note for note in prepared(load(written(text))).notes if note.startswith("weight decay: ")]
    assert len(found) == bool(said)
    assert all(f"{said}; try a smaller training.lambda" in note for note in found)


@pytest.mark.parametrize(("size", "said"), [(5000.0, "large: their root mean square is 5e+03"), (1.0, ""),
                                            (0.001, "small: their root mean square is 0.001")])  # fmt: skip
def test_targets_of_unusual_size_are_noted(tmp_path, written, size, said):
    rows = "".join(f"{row}.5,{(row - 4) / (60 / 9) ** 0.5 * size}\n" for row in range(9))
    (tmp_path / "far.csv").write_text(f"a,y\n{rows}", encoding="utf-8")
    path = written('[data]\nname = "far.csv"\ntarget = "y"\n[network]\nhidden = []\n' + NUMBERS)
    found = [note for note in prepared(load(path)).notes if note.startswith("the targets are ")]
    assert len(found) == bool(said)
    assert all(said in note for note in found)


@pytest.mark.parametrize(("sigma", "falls"), [("-tanh(z)", True), ("gelu", True), ("tanh", False)])
def test_a_surrogate_of_the_wrong_sign_is_noted(written, sigma, falls):
    text = f'{HEAD}[network]\nhidden = [3]\nactivation = "{sigma}"\n[training]\nsurrogate_floor = 0.1\n'
    made = prepared(load(written(text))).made[0][1].network
    note = counterfactual(made)
    assert note.endswith(f"; and σ′ < 0 is made > 0, so that steps may climb C: {made.sigmas[0]}") == falls
