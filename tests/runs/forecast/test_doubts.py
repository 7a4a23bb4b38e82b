import numpy as np
import pytest

from lab.experiment.variants import load
from lab.runs.forecast.doubts import notes
from lab.runs.forecast.prediction import prediction
from lab.runs.preparation import prepared


def said(small, *overrides):
    ready = prepared(load(small, overrides))
    return notes(ready.made, prediction(ready.made))


ROOT = 'activations.root.value="where(z>0,sqrt(z),0*z)"'


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            ["tanh", "step"],
            "no error passes layer 2, where σ′ is 0 for almost every z: layers 1 to 2 do not learn",
        ),
        (["tanh", "step"], "no speed is predicted: all are relative to that of layer 2, which is 0"),
        (
            ["step", "tanh"],
            "no error passes layer 1, where σ′ is 0 for almost every z: layer 1 does not learn",
        ),
        (
            ["tanh", "root"],
            "no speed is predicted: σ′ is not square integrable in layer 2, so ‖δ‖² has no mean there",
        ),
        (["bent", "bent"], "no speed is predicted: z has no finite mean square in layer 2"),
    ],
)
def test_why_speeds_are_missing(small, names, told):
    quoted = ",".join(f'"{name}"' for name in names)
    found = said(small, f'vary."network.activation"=[[{quoted}]]', ROOT, 'activations.bent.value="exp(z**2)"')
    assert f"[{' '.join(names)}]: {told}" in found


def test_of_a_q_that_is_too_small_for_a_float_no_slope_is_said_to_be_zero(small):
    overrides = ['network.activation="(1e-60*z)**3"', 'network.initialiser="glorot-normal"']
    found = said(small, *overrides)
    assert found[0].endswith("from layer 2 on q is too small for a float, below 5e-324, and taken as 0")
    assert not any("almost every z" in each for each in found)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("predicted_speed", "a speed is missing where the errors of the examples cancel"),
        ("predicted_delta_rms", "no speed is predicted: the errors at the output are 0, or no numbers"),
    ],
)
def test_why_errors_leave_no_speed(small, column, told):
    ready = prepared(load(small, []))
    found = notes(ready.made, prediction(ready.made).assign(**{column: np.nan}))
    assert found[0].startswith(told)


def test_what_all_variants_have_is_said_once_and_of_wide_layers_nothing_is(small):
    assert said(small) == [
        "hidden layers are predicted as if they were wide: speeds may be off by up to 50 %"
    ]
    assert said(small, "network.hidden=[300,300]") == []


@pytest.mark.parametrize(
    ("sigma", "off"),
    [("z^3", "powers of ten"), ("z^2", "powers of ten"), ("relu", "several times"), ("tanh", "up to 50 %")],
)
def test_chance_makes_more_of_few_neurons_by_the_tails_of_their_squares_and_by_q(small, sigma, off):
    """Each layer doubles what ln q of z² is off; the mean of n squares is off by the 5/n of a ReLU.

    Ten layers of 50 of these were off by a half, where 20 % had been told; three of 100 of z³ by 20 times,
    where 91 % had.
    """
    changed = (f'network.activation="{sigma}"', "network.hidden=[30,30,30,30,30,30]")
    lecun = 'network.initialiser="lecun"'
    (found,) = said(small, *changed, lecun)
    assert found.endswith(f"speeds may be off by {off}")


def test_few_outputs_leave_much_to_chance(small):
    wide = "network.hidden=[300,300]"
    (found,) = said(small, wide, 'data={name="xor"}', "training.batch=4")
    assert found.startswith("speeds are the rms over many networks")
    (found,) = said(small, wide, 'network.initialiser={name="constant",w=0.5}')
    assert found == "nothing is predicted, its weights are not drawn with mean 0"


def test_biases_that_leave_few_neurons_on_leave_much_to_chance(small):
    """Whether any is on of a hundred of mean −0.4 in a layer far up, where few are."""
    relu = 'network.activation="relu"', "network.hidden=[100,100,100,100]"
    for bias, doubted in ((0.4, False), (-0.4, True)):
        found = said(small, *relu, f'network.initialiser={{name="he",bias={bias}}}')
        assert any("off by powers of ten" in note for note in found) == doubted, (bias, found)


def test_of_many_variants_a_note_is_about_the_first_are_named(small):
    varied = 'vary."network.activation"=["z^2","relu","tanh"]', 'vary."training.eta"=[0.1,0.2]'
    wide = "hidden layers are predicted as if they were wide"
    found = [note.partition(f": {wide}")[0] for note in said(small, *varied) if wide in note]
    four, both = "z^2, eta=0.1; z^2, eta=0.2; relu, eta=0.1; relu, eta=0.2", "tanh, eta=0.1; tanh, eta=0.2"
    assert found == [four, both]
    varied = varied[0], 'vary."training.eta"=[0.1,0.2,0.3]'
    found = [note.partition(f": {wide}")[0] for note in said(small, *varied) if wide in note]
    assert found[0] == "z^2, eta=0.1; z^2, eta=0.2; z^2, eta=0.3 and 3 more variants"
