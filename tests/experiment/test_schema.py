import pytest
from pydantic import ValidationError

from lab.experiment.schema import Experiment, Network, Training, part_name


def test_defaults():
    experiment = Experiment.model_validate({"data": {"name": "digits"}, "network": {"hidden": []}})
    assert experiment.model_dump(by_alias=True) == {
        "title": "",
        "schema": 1,
        "data": {"name": "digits", "train": None, "test": None},
        "network": {
            "hidden": [],
            "activation": "sigmoid",
            "output": "sigmoid",
            "cost": "cross-entropy",
            "initialiser": "nielsen",
        },
        "training": {
            "optimiser": "descent",
            "eta": 0.1,
            "lambda": 0.0,
            "batch": "full",
            "epochs": 30,
            "steps": None,
            "dtype": "float64",
            "surrogate_floor": None,
        },
        "trials": {"seeds": 10, "seed": 0},
        "vary": {},
        "record": {
            "every": "auto",
            "on": "batch",
            "examples": 300,
            "quantities": ["default"],
            "saturation_threshold": 0.05,
            "low_input_threshold": 0.1,
            "neurons": False,
        },
        "activations": {},
    }


@pytest.mark.parametrize(
    ("cost", "output"),
    [
        ("quadratic", "sigmoid"),
        ("softmax-cross-entropy", "identity"),
        ({"name": "softmax-cross-entropy"}, "identity"),
        ({"name": "huber", "delta": 1.0}, "sigmoid"),
    ],
)
def test_output_follows_the_cost(cost, output):
    assert Network.model_validate({"hidden": [], "cost": cost}).output == output
    assert Network.model_validate({"hidden": [], "cost": cost, "output": "tanh"}).output == "tanh"


def test_steps_alone_leave_no_epochs():
    training = Training.model_validate({"steps": 5})
    assert (training.epochs, training.steps) == (None, 5)


def test_activations_of_the_hidden_layers():
    assert Network(hidden=[3, 4], activation="tanh").activations == ["tanh", "tanh"]
    assert Network(hidden=[3, 4], activation=["tanh", {"name": "elu"}]).activations == [
        "tanh",
        {"name": "elu"},
    ]
    assert Network(hidden=[]).activations == []


def test_a_whole_number_may_stand_for_a_number():
    assert Training.model_validate({"eta": 1, "lambda": 5}).lambda_ == 5.0


def test_parameters_of_data_and_designs():
    experiment = Experiment.model_validate(
        {
            "data": {"name": "moons", "noise": 0.1},
            "network": {"hidden": []},
            "activations": {"mine": {"value": "tanh(z) + a*z", "a": 1, "at_least": 0.5}},
        }
    )
    assert experiment.data.parameters == {"noise": 0.1}
    assert experiment.designs == {"mine": {"value": "tanh(z) + a*z", "at_least": 0.5, "a": 1.0}}


def test_values_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Training().eta = 0.2


def test_part_name():
    assert part_name("tanh") == part_name({"name": "tanh", "a": 1}) == "tanh"
    assert part_name(None) == part_name({"name": 3}) == ""
