import numpy as np
import pytest
from pydantic import ValidationError

from lab.experiment.schema import PARTS, TABLES, Experiment, Network, Part, Record, Training, part_name
from lab.plugins import KINDS


def test_what_is_left_out_is_not_there():
    experiment = Experiment.model_validate({"data": {"name": "digits"}, "network": {"hidden": []}})
    assert (experiment.data.train, experiment.data.test) == (None, None)
    assert (experiment.training.steps, experiment.training.surrogate_floor) == (None, None)
    assert (experiment.vary, experiment.activations) == ({}, {})


def test_what_is_said_of_parts_is_derived_from_their_marks():
    assert PARTS == {
        ("data", "name"): Part("datasets", table=False),
        ("network", "activation"): Part("activations"),
        ("network", "output"): Part("activations", bare=False),
        ("network", "cost"): Part("costs"),
        ("network", "initialiser"): Part("initialisers"),
        ("training", "optimiser"): Part("optimisers"),
        ("record", "quantities"): Part("probes", table=False, bare=False),
    }
    assert {part.kind for part in PARTS.values()} == KINDS.keys() - {"figures"}
    assert list(TABLES) == ["data", "network", "training", "trials", "record"]


def test_an_input_at_the_threshold_is_low_as_its_key_says():
    from lab.training.statistics import low_share

    is_low = low_share(np.ones((1, 1, 2)), 1.0)[0] == 1
    assert ("≤" in str(Record.model_fields["low_input_threshold"].description)) == is_low


def test_a_quantity_alone_is_a_list_of_one():
    assert Record.model_validate({"quantities": "all"}).quantities == ["all"]


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


def test_activations_of_the_hidden_layers():
    several = ["tanh", {"name": "elu"}]
    assert Network(hidden=[3, 4], activation="tanh").activations == ["tanh", "tanh"]
    assert Network(hidden=[3, 4], activation=several).activations == several
    assert Network(hidden=[]).activations == []


def test_a_whole_number_may_stand_for_a_number_and_steps_alone_leave_no_epochs():
    training = Training.model_validate({"steps": 5, "eta": 1, "lambda": 5})
    assert (training.epochs, training.lambda_) == (None, 5.0)


def test_parameters_of_data_and_designs():
    experiment = Experiment.model_validate(
        {
            "data": {"name": "moons", "noise": 0.1},
            "network": {"hidden": []},
            "activations": {"mine": {"value": "tanh(z) + a*z", "a": 1, "at_least": 0.5}},
        }
    )
    assert experiment.data.parameters == {"noise": 0.1}
    design = experiment.activations["mine"]
    assert design.model_dump(exclude_none=True) == {"value": "tanh(z) + a*z", "at_least": 0.5, "a": 1.0}


def test_values_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Training().eta = 0.2


def test_part_name():
    assert part_name("tanh") == part_name({"name": "tanh", "a": 1}) == "tanh"
    assert part_name(None) == part_name({"name": 3}) == ""
