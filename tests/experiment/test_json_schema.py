"""The JSON Schema takes what the lab takes, and refuses what an editor can know to be wrong."""

import json
import tomllib

import jsonschema
import pytest
from click.testing import CliRunner

from lab.cli import cli
from lab.experiment import templates
from lab.experiment.json_schema import json_schema
from tests.conftest import SMALLEST as HEAD


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_command_prints_it(validator):
    printed = CliRunner().invoke(cli, ["schema"]).output
    assert json.loads(printed) == json.loads(json.dumps(validator.schema))


@pytest.fixture
def errors(validator):
    """What is wrong with the rest of a file, or with its other tables where it begins with its data."""

    def found(text):
        whole = f"{text}\n[network]\nhidden = []\n" if text.startswith("[data]") else HEAD + text
        return list(validator.iter_errors(tomllib.loads(whole)))

    return found


@pytest.mark.parametrize("path", sorted(templates.folder().glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_experiment_is_right(path, validator):
    assert list(validator.iter_errors(tomllib.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "text",
    [
        'activation = "tanh(z) + 0.1*z"',
        'activation = ["swish", {name = "leaky-relu", slope = 0.1}, "mine.py:Mine"]',
        'activation = {name = "floored", inner = {name = "elu", alpha = 2}, floor = 0.2}',
        'activation = {name = "mine.py:Mine", a = 1}',
        'cost = {name = "mine.py:Cost"}\ninitialiser = {name = "constant", w = 0.6, b = 0.9}',
        '[training]\nbatch = 10\nsteps = 3\nlambda = 1\noptimiser = "mine.py:Mine"',
        '[record]\nevery = "log"\nquantities = ["all", "saturation", "learning-speed", "mine.py:Probe"]',
        '[record]\nquantities = "all"',
        '[vary]\n"network.activation" = ["tanh", "mine"]\n"network.activation.slope" = [1]\n"data.x" = [0]',
        '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 1\nat_least = 0.5',
        "[data]\nname = 'folder/some.csv'\ntarget = 'y'",
        "[data]\nname = 'mine.py:Line'\nslope = 2",
    ],
)
def test_what_is_right(text, errors):
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colour = 1", "network"),
        ("[trainning]", ""),
        ('cost = "quadratik"', "network.cost"),
        ('cost = {name = "quadratic", delta = 1.0}', "network.cost"),
        ('activation = {name = "leaky-relu", slope = "steep"}', "network.activation"),
        ('activation = {name = "floored"}', "network.activation"),
        ("activation = 3", "network.activation"),
        ("[training]\neta = 0", "training.eta"),
        ("[training]\nbatch = 'ful'", "training.batch"),
        ("[training]\nepochs = 1.5", "training.epochs"),
        ("[training]\nepochs = 1\nsteps = 1", "training"),
        ("[record]\nquantities = ['saturatoin']", "record.quantities.0"),
        ('[vary]\n"network.cost" = ["quadratik"]', "vary.network.cost.0"),
        ("[activations.mine]\na = 1", "activations.mine"),
        ("[data]\nname = 'digit'", "data.name"),
    ],
)
def test_what_is_wrong(text, place, errors):
    (error,) = errors(text)
    assert ".".join(map(str, error.absolute_path)) == place


def test_every_key_is_described(validator):
    definitions = [one for one in validator.schema["$defs"].values() if "properties" in one]
    assert len(definitions) == 6
    for table in (validator.schema, *definitions):
        assert table["description"]
        for key, one in table["properties"].items():
            assert one.get("description") or "$ref" in one, key
