import pickle

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from lab.errors import ExperimentError
from lab.experiment.sizes import check_against_data
from lab.experiment.toml_writer import document
from lab.experiment.variants import load, resolved
from tests.conftest import SMALLEST as SMALL

FULL = """\
title = "Does a floor under σ′ keep early layers learning?"   # the run's name is the file's stem

[data]
name  = "digits"
train = 1000
test  = 500

[network]
hidden     = [30, 30, 30, 30]
activation = "sigmoid"
output     = "sigmoid"
cost       = "cross-entropy"
initialiser = "nielsen"

[training]
optimiser = "descent"
eta = 0.1
lambda = 5.0
batch = "full"
epochs = 500
dtype = "float64"

[trials]
seeds = 20

[vary]
"network.activation" = ["sigmoid", "tanh", "relu", "soft-floor"]

[record]
every = "auto"
on = "batch"
quantities = ["default"]
saturation_threshold = 0.05

[activations.soft-floor]
value = "tanh(z) + floor*z"
floor = 0.1
at_least = 0.1
"""


def varying(*lines: str) -> str:
    return SMALL + "[vary]\n" + "\n".join(lines) + "\n"


def problems(text, written, overrides=()):
    with pytest.raises(ExperimentError) as raised:
        load(written(text), overrides)
    return [(problem.line, problem.key, problem.message) for problem in raised.value.problems]


def test_the_full_example(written):
    plan = load(written(FULL, "floors.toml"))
    assert (plan.name, plan.notes, plan.allow_code) == ("floors", (), False)
    assert plan.experiment.title == "Does a floor under σ′ keep early layers learning?"
    assert plan.experiment.training.lambda_ == 5.0
    assert plan.source.data == FULL.encode()
    assert [variant.label for variant in plan.variants] == ["sigmoid", "tanh", "relu", "soft-floor"]
    assert [variant.index for variant in plan.variants] == [0, 1, 2, 3]
    assert plan.variants[3].varied == {"network.activation": "soft-floor"}
    assert plan.variants[3].settings.network.activation == "soft-floor"
    assert plan.variants[3].settings.vary == {}
    assert plan.experiment.vary == {"network.activation": ["sigmoid", "tanh", "relu", "soft-floor"]}


def test_nothing_varies(written):
    (variant,) = load(written(SMALL)).variants
    assert (variant.index, variant.label, variant.varied) == (0, "sigmoid", {})


def test_the_last_key_varies_fastest(written):
    plan = load(written(varying('"training.eta" = [0.1, 0.3]', '"network.hidden" = [[], [5, 5]]')))
    expected = [(0.1, []), (0.1, [5, 5]), (0.3, []), (0.3, [5, 5])]
    assert [tuple(variant.varied.values()) for variant in plan.variants] == expected
    assert [(v.settings.training.eta, v.settings.network.hidden) for v in plan.variants] == expected


def test_a_parameter_of_a_design_varies(written):
    varied = ["vary={'activations.soft-floor.floor' = [0.1, 0.2]}", "network.activation=soft-floor"]
    plan = load(written(FULL), varied)
    assert [variant.settings.designs["soft-floor"]["floor"] for variant in plan.variants] == [0.1, 0.2]
    assert [variant.label for variant in plan.variants] == ["floor=0.1", "floor=0.2"]


def test_a_parameter_of_a_part_varies(written):
    text = varying('"network.activation.slope" = [0.1, 0.2]')
    text = text.replace("[vary]", 'activation = {name = "leaky-relu", slope = 0.1}\n[vary]')
    plan = load(written(text))
    assert plan.variants[1].settings.network.activation == {"name": "leaky-relu", "slope": 0.2}


def test_a_parameter_of_the_data_varies(written):
    variants = load(written(varying('"data.noise" = [0.1, 0.2]').replace("digits", "moons"))).variants
    assert [one.settings.data.parameters for one in variants] == [{"noise": 0.1}, {"noise": 0.2}]


def test_the_output_follows_a_varied_cost(written):
    plan = load(written(varying('"network.cost" = ["quadratic", "softmax-cross-entropy"]')))
    assert [variant.settings.network.output for variant in plan.variants] == ["sigmoid", "identity"]


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ('"network.activatio" = ["tanh"]', 'vary."network.activatio"', "did you mean 'network.activation'?"),
        ('"netwrk.activation" = ["tanh"]', 'vary."netwrk.activation"', "did you mean 'network.activation'?"),
        ('"network" = [{}]', "vary.network", "is a whole table; vary one of its keys"),
        ('"not a key" = [1]', 'vary."not a key"', "is no key of this file"),
        ('"title" = ["a"]', "vary.title", "title cannot be varied: the title is of the whole experiment"),
        ('"schema" = [1]', "vary.schema", "schema cannot be varied"),
        ('"trials.seed" = [1]', 'vary."trials.seed"', "every variant gets the same trials"),
        ('"vary" = [1]', "vary.vary", "a variant varies nothing itself"),
        ('"activations.none.a" = [1]', 'vary."activations.none.a"', "is no key of this file"),
        ('"network.cost.delta" = [1.0]', 'vary."network.cost.delta"',
         "network.cost is not a table here; write"),
        ('"training.eta" = 0.1', 'vary."training.eta"', "expected a list, got 0.1"),
        ("training.eta = [0.1]", "vary.training",
         'a key with dots stands in quotes: "network.activation" = [ … ]'),
        ('"training.eta" = [0.1, 0]', 'vary."training.eta"', "the value 0: must be > 0, got 0"),
        ('"training.eta" = ["a"]', 'vary."training.eta"', "the value 'a': expected a number, got 'a' (text)"),
        ('"network.hidden" = [[3, 0]]', 'vary."network.hidden"', "the value [3, 0]: must be >= 1, got 0"),
        ('"network.activation" = ["tahn"]', 'vary."network.activation"',
         "the value 'tahn': unknown activation 'tahn'"),
        ('"data.name" = ["digit"]', 'vary."data.name"', "did you mean 'digits'?"),
        ('"training.batch" = [true]', 'vary."training.batch"', "the value true (a truth value): expected"),
        ('"network.output" = ["sigmoid", "tanh"]', "network.cost",
         "in the variant 'output=tanh': cross-entropy needs outputs in [0, 1]"),
        ('"network.cost" = ["softmax-cross-entropy", "quadratic"]\n"network.output" = ["tanh"]',
         'vary."network.cost"',
         "in the variant 'softmax-cross-entropy, output=tanh': softmax-cross-entropy holds"),
        ('"network.activation" = ["tanh", ["tanh", "relu"]]', 'vary."network.activation"',
         "in the variant '[tanh relu]': expected one activation for each of the 1 hidden layers, got 2"),
        ('"network.activation" = ["tanh", ["tanh", "relu"]]\n"training.eta" = [0.1, 0.2]',
         'vary."network.activation"', "in the variant '[tanh relu], eta=0.1' (and 1 more): expected one"),
        ('"training.eta" = [0.1]\n\'"training".eta\' = [0.2]', 'vary."\\"training\\".eta"',
         "training.eta is varied twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied(line, key, message, written):
    ((found_line, found_key, found_message),) = problems(varying(line), written)
    elsewhere = {"network.cost": 3, 'vary."\\"training\\".eta"': 7}
    assert (found_line, found_key) == (elsewhere.get(key, 6), key)
    assert message in found_message


def test_a_varied_value_contradicts_a_fixed_one(written):
    text = SMALL + '[training]\nepochs = 3\n[vary]\n"training.steps" = [5]\n'
    message = "the value 5: contradicts training.epochs (line 6); give only one of them"
    assert problems(text, written) == [(8, 'vary."training.steps"', message)]


def test_two_varied_keys_contradict_each_other(written):
    text = varying('"training.epochs" = [3]', '"training.steps" = [5]')
    assert problems(text, written) == [
        (7, 'vary."training.steps"', "contradicts training.epochs; give only one of them")
    ]


def test_an_activation_for_each_layer(written):
    text = SMALL + 'activation = ["tanh", "relu"]\n'
    message = "expected one activation for each of the 1 hidden layers, got 2"
    assert problems(text, written) == [(5, "network.activation", message)]
    assert load(written(text), ["network.hidden=[3, 4]"]).variants[0].label == "[tanh relu]"


def test_a_design_may_not_take_a_name_of_the_labs_own(written):
    text = SMALL + '[activations.tanh]\nvalue = "z"\n[activations."a b"]\nvalue = "z"\n'
    first, second = problems(text, written)
    message = "'tanh' is the name of an activation of the lab's own; choose another"
    assert first == (5, "activations.tanh", message)
    assert second[:2] == (7, 'activations."a b"')
    assert "must match [A-Za-z][A-Za-z0-9_-]{0,63}" in second[2]


def test_a_faulty_design_is_told_once(written):
    text = SMALL + 'activation = "mine"\n[activations.mine]\nvalue = "tanh(z) + a*z"\na = "x"\n'
    assert problems(text, written) == [(8, "activations.mine.a", "expected a number, got 'x' (text)")]


def test_more_trials_if_asked(written):
    path = written(SMALL + "[trials]\nseeds = 10001\n")
    assert load(path, max_trials=10_001).experiment.trials.seeds == 10_001


def test_code_needs_leave(written, tmp_path):
    (tmp_path / "mine.py").write_text("raise SystemExit('was run')\n")
    ((line, key, message),) = problems(SMALL + 'activation = "mine.py:Mine"\n', written)
    assert (line, key) == (5, "network.activation")
    assert "--allow-code" in message


def test_what_is_found_later_is_told_with_its_line(written):
    plan = load(written(SMALL + "[training]\nbatch = 64\n"))
    error = plan.refused(check_against_data(plan.experiment, 50))
    assert str(error) == (
        f"{plan.source.path}:6: training.batch: a batch of 64 is more than the 50 training examples; "
        'expected less or "full"'
    )


def test_a_plan_can_go_to_a_worker(written):
    plan = load(written(FULL))
    assert pickle.loads(pickle.dumps(plan)).variants == plan.variants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("surrogate_floor = 0.1\n", ["sigmoid, surrogate_floor=0.1"]),
        ("surrogate_floor = 0.0\n", ["sigmoid"]),
        (
            'surrogate_floor = 0.1\n[vary]\n"training.eta" = [0.1, 0.2]\n',
            ["eta=0.1, surrogate_floor=0.1", "eta=0.2, surrogate_floor=0.1"],
        ),
        (
            'surrogate_floor = 0.1\n[vary]\n"training.surrogate_floor" = [0.0, 0.2]\n',
            ["surrogate_floor=0.0", "surrogate_floor=0.2"],
        ),
    ],
)
def test_a_label_tells_a_surrogate_slope_also_where_it_does_not_vary(written, text, expected):
    variants = load(written(f"{SMALL}[training]\n{text}")).variants
    assert [variant.label for variant in variants] == expected
    assert all(set(variant.varied) <= {"training.eta", "training.surrogate_floor"} for variant in variants)


NUMBERS = st.floats(1e-300, 1e300)
OPTIONAL = {
    "title": st.text(st.characters(exclude_categories=["Cs"])),
    "training": st.fixed_dictionaries(
        {},
        optional={
            "eta": NUMBERS | st.integers(1, 9),
            "lambda": NUMBERS,
            "batch": st.just("full") | st.integers(1, 99),
            "steps": st.integers(1, 99),
            "optimiser": st.sampled_from(["descent", {"name": "momentum"}]),
        },
    ),
    "trials": st.fixed_dictionaries(
        {}, optional={"seeds": st.integers(1, 99), "seed": st.integers(0, 2**70)}
    ),
    "record": st.fixed_dictionaries({}, optional={"every": st.sampled_from(["auto", "log", 3])}),
    "vary": st.dictionaries(
        st.sampled_from(["network.hidden", "training.eta", "network.cost"]), st.none(), max_size=3
    ).map(lambda chosen: {key: VARIED[key] for key in chosen}),
}
VARIED = {
    "network.hidden": [[], [3], [4, 5]],
    "training.eta": [0.1, 2],
    "network.cost": ["quadratic", "softmax-cross-entropy"],
}
FILES = st.fixed_dictionaries(
    {
        "data": st.just({"name": "digits"}),
        "network": st.fixed_dictionaries({"hidden": st.lists(st.integers(1, 99)).map(lambda w: w[:3])}),
    },
    optional=OPTIONAL,
)


def again(plan, written):
    return load(written(resolved(plan), "again.toml"))


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(FILES)
def test_loading_gives_the_experiment_back(written, tables):
    plan = load(written(document(tables)))
    other = again(plan, written)
    assert other.experiment == plan.experiment
    assert other.variants == plan.variants
    assert resolved(other) == resolved(plan)


def test_every_default_is_written(written):
    assert resolved(load(written(SMALL))) == (
        'title = ""\nschema = 1\n\n'
        '[data]\nname = "digits"\n\n'
        '[network]\nhidden = [3]\nactivation = "sigmoid"\noutput = "sigmoid"\ncost = "cross-entropy"\n'
        'initialiser = "nielsen"\n\n'
        '[training]\noptimiser = "descent"\neta = 0.1\nlambda = 0.0\nbatch = "full"\nepochs = 30\n'
        'dtype = "float64"\n\n'
        "[trials]\nseeds = 10\nseed = 0\n\n"
        '[record]\nevery = "auto"\non = "batch"\nexamples = 300\nquantities = ["default"]\n'
        "saturation_threshold = 0.05\nlow_input_threshold = 0.1\nneurons = false\n"
    )


def test_overrides_are_in_it(written):
    assert "eta = 0.25\n" in resolved(load(written(SMALL), ["training.eta=0.25"]))


@pytest.mark.parametrize(
    ("vary", "left_out"),
    [('"training.steps" = [1, 2]', "epochs"), ('"network.cost" = ["quadratic", "cross-entropy"]', "output")],
)
def test_defaults_that_follow_from_varied_keys_are_left_to_the_variants(vary, left_out, written):
    plan = load(written(f"{SMALL}[vary]\n{vary}\n"))
    assert f"{left_out} = " not in resolved(plan)
    assert again(plan, written).variants == plan.variants


def test_designs_and_parts(written):
    part = 'activation = {name = "leaky-relu", slope = 0.1}\n'
    text = SMALL + part + '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2\n'
    plan = load(written(text))
    assert again(plan, written).experiment == plan.experiment
    assert '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2.0\n' in resolved(plan)
