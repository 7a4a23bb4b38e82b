import tomllib

import pytest

from lab.errors import ExperimentError
from lab.experiment.source import read
from tests.experiment.test_source import TEXT


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
        ("title=[tanh, relu,0.5]", ["tanh", "relu", 0.5]),
        (
            "title={name=elu, alpha=0.5, on = true, k=[a]}",
            {"name": "elu", "alpha": 0.5, "on": True, "k": ["a"]},
        ),
        ("title=[x]_+", "[x]_+"),
        ("title=[tanh(z), relu]", "[tanh(z), relu]"),
    ],
)
def test_values_of_overrides(override, value, written):
    found = read(written(TEXT), [override]).values["title"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("overrides", "part", "made"),
    [
        (
            ["training.optimiser=adam", "training.optimiser.beta1=0.5"],
            "optimiser",
            {"name": "adam", "beta1": 0.5},
        ),
        (["training.optimiser.beta1=0.5"], "optimiser", {"name": "descent", "beta1": 0.5}),
        (["network.activation.alpha=2"], "activation", {"name": "elu", "alpha": 2}),
        (["network.activation=a*z", "network.activation.a=2"], "activation", {"name": "a*z", "a": 2}),
        (
            ['network.activation=["tanh", "elu"]', "network.activation[1].alpha=2"],
            "activation",
            ["tanh", {"name": "elu", "alpha": 2}],
        ),
    ],
)
def test_a_parameter_is_given_to_a_part_that_is_written_as_its_name(overrides, part, made, written):
    source = read(written(TEXT), overrides)
    assert {**source.values["network"], **source.values["training"]}[part] == made


@pytest.mark.parametrize("override", ["training.dtype.x=3", "data.name.x=3", "network.activation[0].a=3"])
def test_nothing_else_has_parameters(override, written):
    with pytest.raises(ExperimentError, match=r"is not a (table|list)"):
        read(
            written('[data]\nname = "moons"\n[training]\ndtype = "float32"\n[network]\nactivation = "tanh"'),
            [override],
        )


def test_an_override_that_would_become_0_is_refused(written):
    with pytest.raises(ExperimentError, match=r"training\.eta: 1e-400 would be read as 0; expected 0 or "):
        read(written(TEXT), ["training.eta=1e-400"])


@pytest.mark.parametrize("key", ['vary."training.eta"', "vary.'training.eta'", "vary.training.eta"])
def test_varied_keys_with_or_without_quotes_and_their_values(key, written):
    path = written(TEXT)
    assert read(path, [f"{key}=[1, 2]"]).values["vary"] == {"training.eta": [1, 2]}
    assert read(path, [f"{key}=[1, 2]", f"{key}[0]=3"]).values["vary"] == {"training.eta": [3, 2]}


SEE = """\
[vary]
"training.eta" = [1, 2]
[see]
training = "Two is faster."
overview = "Two ends at {cost at the end for eta=2}, for {variants} from {cost at the end}."
answer = "Yes: {ratio at the start} and {how many have accuracy > 0.8}."
[trials]
seeds = 3
"""


VARIED = 'vary."training.eta"'


@pytest.mark.parametrize(
    "override",
    [
        *("trials.seeds=4", "trials.seed=1", "training.epochs=1", "network.hidden=[9]", "data.name=moons"),
        *("training.eta=3", "vary.training.eta=[1]", "record.on=probe", "record.saturation_threshold=0.2"),
    ],
)
def test_the_words_of_see_are_left_out_where_a_run_departs_from_the_file(override, written):
    """They judge the run of the file; what is left are the numbers of its blanks, of all variants."""
    source = read(written(TEXT + SEE), [override])
    differs = f"since {override.partition('=')[0].replace('vary.training.eta', VARIED)} is not as in the file"
    assert source.values["see"] == {
        "overview": "cost at the end = {cost at the end}",
        "answer": f"In numbers only, {differs}. For {{variants}}: ratio at the start = {{ratio at the "
        "start}; how many have accuracy > 0.8 = {how many have accuracy > 0.8}.",
    }
    assert source.notes[-1] == f"the words of [see] and of its answer are left out, {differs}"


@pytest.mark.parametrize(
    "override", ["title=b", "trials.seeds=3", "record.neurons=true", 'record.quantities=["all"]']
)
def test_the_words_of_see_are_kept_where_nothing_that_they_judge_is_another(override, written):
    source = read(written(TEXT + SEE), [override])
    assert source.values["see"] == tomllib.loads(SEE)["see"]
    assert not source.notes


def test_a_line_of_see_that_is_no_text_is_left_to_what_reads_it(written):
    see = read(written(TEXT + SEE.replace('"Two is faster."', "2")), ["training.eta=3"]).values["see"]
    assert see["training"] == 2


def test_words_of_see_that_are_given_with_the_run_are_kept(written):
    own = read(written(TEXT + SEE), ["training.eta=3", "see.training=Three."]).values["see"]
    assert own["training"] == "Three."
    assert own["answer"].startswith("In numbers only, ")
    whole = read(written(TEXT + SEE), {"training.eta": 3, "see": {"answer": "Three."}})
    assert whole.values["see"] == {"answer": "Three."}
    assert "[see]" not in "".join(whole.notes)


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


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("network.hidden[1]=5", "network.hidden=[3]", {"network.hidden": "[3]"}),
        ("network.activation.alpha=2.0", 'network.activation="tanh"', {"network.activation": "'tanh'"}),
    ],
)
def test_an_override_gives_way_to_a_later_one_around_it(first, second, told, written):
    source = read(written(TEXT), [first, second])
    assert source.override_texts == told
    inner, outer = (text.partition("=")[0] for text in (first, second))
    assert source.notes == (f"the override of {inner} gives way to that of {outer} after it",)


ACTIVATIONS = (
    '[data]\nname = "digits"\n[network]\nhidden = [4]\n[vary]\n"network.activation" = ["tanh", "relu"]\n'
)


def test_values_that_vary_give_way_to_an_override_of_the_table_around_them(written):
    source = read(written(ACTIVATIONS), ['network={hidden=[3], activation="gelu"}'])
    assert source.values["vary"] == {}
    assert source.notes == ("the values of network.activation in [vary] give way to its override",)
    without = read(written(ACTIVATIONS), ["network={hidden=[3]}"])
    assert (without.values["vary"], without.notes) == ({"network.activation": ["tanh", "relu"]}, ())


def test_an_override_within_what_varies_is_told_to_change_nothing(written):
    text = ACTIVATIONS.replace("hidden = [4]", 'hidden = [4]\nactivation = ["tanh"]')
    source = read(written(text), ["network.activation[0]=gelu"])
    assert source.values["vary"] == {"network.activation": ["tanh", "relu"]}
    assert source.notes == (
        "the override of network.activation[0] changes nothing, as [vary] sets network.activation",
    )
