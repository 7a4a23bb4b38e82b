import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from lab.experiment.toml_writer import document
from lab.experiment.variants import load, resolved

DATA = '[data]\nname = "digits"\n[network]\nhidden = [3]\n'
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
    assert resolved(load(written(DATA))) == (
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
    assert "eta = 0.25\n" in resolved(load(written(DATA), ["training.eta=0.25"]))


@pytest.mark.parametrize(
    ("vary", "left_out"),
    [('"training.steps" = [1, 2]', "epochs"), ('"network.cost" = ["quadratic", "cross-entropy"]', "output")],
)
def test_defaults_that_follow_from_varied_keys_are_left_to_the_variants(vary, left_out, written):
    plan = load(written(f"{DATA}[vary]\n{vary}\n"))
    assert f"{left_out} = " not in resolved(plan)
    assert again(plan, written).variants == plan.variants


def test_designs_and_parts(written):
    part = 'activation = {name = "leaky-relu", slope = 0.1}\n'
    text = DATA + part + '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2\n'
    plan = load(written(text))
    assert again(plan, written).experiment == plan.experiment
    assert '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2.0\n' in resolved(plan)
