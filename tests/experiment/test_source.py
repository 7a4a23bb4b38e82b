import pytest

from lab.errors import ExperimentError
from lab.experiment import source as files
from lab.experiment.keys import parsed
from lab.experiment.source import read

TEXT = """\
title = "a"
[network]
hidden = [1, 2]
activation = {name = "elu", alpha = 1.0}

[training]
eta = 0.1
"""


def test_bytes_and_values(written):
    source = read(written(TEXT.replace("\n", "\r\n")))
    assert source.data == TEXT.replace("\n", "\r\n").encode()
    assert source.values["network"] == {"hidden": [1, 2], "activation": {"name": "elu", "alpha": 1.0}}
    assert source.line(("training", "eta")) == 7


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("title", 1),
        ("network", 2),
        ("network.hidden", 3),
        ("network.hidden[1]", 3),
        ("network.activation.alpha", 4),
        ("network.cost", 2),
        ("training.eta", 7),
        ("data.name", 0),
        ("data", 0),
    ],
)
def test_line(key, line, written):
    assert read(written(TEXT)).line(parsed(key)) == line


def test_overridden_keys_have_no_line(written):
    source = read(written(TEXT), ["network.hidden[1]=3", "training={}"])
    assert source.values["network"]["hidden"] == [1, 3]
    keys = ("network.hidden[1]", "network.hidden", "training.eta", "training")
    assert [source.line(parsed(key)) for key in keys] == [0, 3, 0, 0]


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("title=3", 3),
        ("title=0.3", 0.3),
        ("title=tanh", "tanh"),
        ('title="tanh"', "tanh"),
        ("title=[1, 2]", [1, 2]),
        ("title={name = 'elu'}", {"name": "elu"}),
        ("title=a=b", "a=b"),
        ("title=", ""),
        ("title=tanh(z) + 0.1*z", "tanh(z) + 0.1*z"),
        ("title = true", True),
        ("title=1\n[network]", "1\n[network]"),
    ],
)
def test_values_of_overrides(override, value, written):
    found = read(written(TEXT), [override]).values["title"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    "key", ['vary."network.activation"', "vary.'network.activation'", "vary.network.activation"]
)
def test_varied_keys_with_or_without_quotes(key, written):
    assert read(written(TEXT), [f'{key}=["tanh"]']).values["vary"] == {"network.activation": ["tanh"]}


def test_a_value_of_a_varied_key(written):
    source = read(written(TEXT), ["vary.training.eta=[1, 2]", "vary.training.eta[0]=3"])
    assert source.values["vary"] == {"training.eta": [3, 2]}


def test_overrides_by_a_mapping(written):
    widths = [5]
    source = read(written(TEXT), {"network.hidden": widths, "data.name": "digits"})
    assert source.values["network"]["hidden"] == [5]
    assert source.values["data"] == {"name": "digits"}
    widths.append(6)
    assert source.values["network"]["hidden"] == [5]


def test_overrides_can_make_an_experiment_of_an_empty_file(written):
    assert read(written(""), ["data.name=digits"]).values == {"data": {"name": "digits"}}


def test_all_wrong_overrides_are_told(written):
    with pytest.raises(ExperimentError) as raised:
        read(written(TEXT), ["eta", "network.hidden[2]=1", "title=b"])
    assert [problem.key for problem in raised.value.problems] == ["eta", "network.hidden[2]"]


def test_a_file_of_an_older_format_is_brought_up_before_overrides(written, monkeypatch):
    def renamed(values):
        return {**{key: value for key, value in values.items() if key != "name"}, "title": values["name"]}

    monkeypatch.setattr(files, "MIGRATIONS", {1: renamed})
    monkeypatch.setattr(files, "FILE_VERSION", 2)
    old = written('name = "a"\n')
    assert read(old).values == {"title": "a", "schema": 2}
    assert read(old, ["title=b"]).values == {"title": "b", "schema": 2}
    assert read(written("schema = 2\ntitle = 'a'\n")).values == {"title": "a", "schema": 2}
    newer = r":1: schema: needs a newer lab: this one reads schema 2, got 3"
    with pytest.raises(ExperimentError, match=newer):
        read(written("schema = 3\n"))
