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


@pytest.mark.parametrize("key", ['vary."training.eta"', "vary.'training.eta'", "vary.training.eta"])
def test_varied_keys_with_or_without_quotes_and_their_values(key, written):
    path = written(TEXT)
    assert read(path, [f"{key}=[1, 2]"]).values["vary"] == {"training.eta": [1, 2]}
    assert read(path, [f"{key}=[1, 2]", f"{key}[0]=3"]).values["vary"] == {"training.eta": [3, 2]}


def test_what_there_is_to_see_is_left_out_where_the_values_that_it_speaks_of_are(written):
    text = f'{TEXT}[vary]\n"training.eta" = [1, 2]\n[see]\ntraining = "Two is faster."\nanswer = "Yes."\n'
    assert "see" in read(written(text), ["title=b"]).values
    replaced = read(written(text), ["training.eta=3"])
    assert "see" not in replaced.values
    assert "[see] and its answer are left out" in replaced.notes[-1]
    own = read(written(text), ["training.eta=3", "see.training=Three."])
    assert own.values["see"]["training"] == "Three."


def test_overrides_by_a_mapping(written):
    widths = [5]
    source = read(written(TEXT), {"network.hidden": widths, "data.name": "digits"})
    widths.append(6)
    assert source.values["network"]["hidden"] == [5]
    assert source.values["data"] == {"name": "digits"}


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
