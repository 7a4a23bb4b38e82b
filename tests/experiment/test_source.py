from pathlib import Path

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


LINES = {
    "title": 1, "network": 2, "network.hidden": 3, "network.hidden[1]": 3,
    "network.activation.alpha": 4, "network.cost": 2, "training.eta": 7, "data.name": 0, "data": 0,
}  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=repr)
def test_bytes_and_values_and_lines(end, written):
    source = read(written(TEXT.replace("\n", end)))
    assert source.data == TEXT.replace("\n", end).encode()
    assert source.values["network"] == {"hidden": [1, 2], "activation": {"name": "elu", "alpha": 1.0}}
    assert {key: source.line(parsed(key)) for key in LINES} == LINES


def test_overridden_keys_have_no_line(written):
    source = read(written(TEXT), ["network.hidden[1]=3", "training={}"])
    assert source.values["network"]["hidden"] == [1, 3]
    keys = ("network.hidden[1]", "network.hidden", "training.eta", "training")
    assert [source.line(parsed(key)) for key in keys] == [0, 3, 0, 0]


def test_values_that_no_file_holds_have_no_name_and_no_lines():
    source = read({"data": {"name": "digits"}})
    assert (source.name, source.line(("data", "name"))) == ("", 0)


@pytest.mark.parametrize(
    ("given", "overrides", "told"),
    [
        ({"training": {"eta": None}}, {}, r"^training\.eta: .*TOML has no None; leave the key out$"),
        ({"network": {"hidden": [3, 1j]}}, {}, r"^network\.hidden\[1\]: .*TOML has no complex: 1j$"),
        ({"data": {3: 4}}, {}, r"^data: .*a key is a text, got 3$"),
        ({"title": "a"}, {"training.eta": None}, r"^training\.eta: TOML has no None; leave the key out$"),
        ({"title": "a"}, "training", r"^training: an override is written KEY=VALUE"),
    ],
)
def test_a_value_of_python_that_toml_lacks_is_told_with_its_key(given, overrides, told):
    with pytest.raises(ExperimentError, match=told):
        read(given, overrides)


def test_what_python_has_for_a_value_of_toml_is_taken_for_it():
    source = read({"data": {"name": Path("a.csv")}}, {"network.hidden": (3,), "data.target": Path("y")})
    assert source.values == {"data": {"name": "a.csv", "target": "y"}, "network": {"hidden": [3]}}


def test_a_file_of_an_older_format_is_brought_up_before_overrides(written, monkeypatch):
    def renamed(values):
        return {**{key: value for key, value in values.items() if key != "name"}, "title": values["name"]}

    monkeypatch.setattr(files, "MIGRATIONS", {1: renamed})
    monkeypatch.setattr(files, "FILE_VERSION", 2)
    old = written('name = "a"\n')
    assert read(old).values == {"title": "a", "schema": 2}
    assert read(old, ["title=b"]).values == {"title": "b", "schema": 2}
    assert read(written("schema = 2\ntitle = 'a'\n")).values == {"title": "a", "schema": 2}
