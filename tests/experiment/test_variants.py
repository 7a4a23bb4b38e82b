import pickle
from operator import attrgetter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from lab.errors import ClaimError, ExperimentError
from lab.experiment.schema import Design
from lab.experiment.sizes import check_against_data
from lab.experiment.toml_writer import document
from lab.experiment.variants import drafted, load, resolved
from tests.conftest import SMALL, SMALLEST


def test_a_plan_of_a_whole_file(small):
    plan = load(small)
    assert (plan.name, plan.notes, plan.allow_code) == ("small", (), False)
    assert plan.experiment.title == "A small one"
    assert plan.source.data == SMALL.encode()
    assert [(one.index, one.label) for one in plan.variants] == [(0, "sigmoid"), (1, "soft")]
    assert plan.variants[1].varied == {"network.activation": "soft"}
    assert plan.variants[1].settings.network.activation == "soft"
    assert plan.variants[1].settings.vary == {}
    assert plan.experiment.vary == {"network.activation": ["sigmoid", "soft"]}
    assert pickle.loads(pickle.dumps(plan)).variants == plan.variants


def test_variants_share_what_does_not_vary(written):
    soft, other = (f'[activations.{name}]\nvalue = "a*z"\na = 0.5\n' for name in ("soft", "other"))
    text = f'{SMALLEST}{soft}{other}[vary]\n"activations.soft.a" = [0.1, 0.2]\n"training.eta" = [0.1, 0.2]\n'
    plan = load(written(text))
    for one in plan.variants:
        assert one.settings.network is plan.experiment.network
        assert one.settings.activations["other"] is plan.experiment.activations["other"]
        assert one.settings.activations["soft"].model_extra == {"a": one.varied["activations.soft.a"]}


def test_claims_are_told_in_one_list_with_what_else_is_wrong(written):
    bell = '[activations.bell]\nvalue = "s(z)"\nat_least = 0.1\n'
    odd = '[activations.odd]\nvalue = "s(z"\nat_least = 0.1\n'
    draft = drafted(written(f"{SMALLEST}title = 3\n{bell}{odd}"))
    assert [finding.key for finding in draft.unproved] == [("activations", "bell", "at_least")]
    with pytest.raises(ExperimentError) as raised:
        draft.sound()
    keys = [problem.key for problem in raised.value.problems]
    assert keys == ["network.title", "activations.bell.at_least", "activations.odd.value"]
    with pytest.raises(ClaimError, match=r"activations\.bell\.at_least: the claim 0\.1 is REFUTED"):
        drafted(written(SMALLEST + bell)).sound()
    assert drafted(written(SMALLEST)).is_sound


def test_nothing_varies(written):
    (variant,) = load(written(SMALLEST)).variants
    assert (variant.index, variant.label, variant.varied) == (0, "sigmoid", {})


def test_the_last_key_varies_fastest(written):
    text = f'{SMALLEST}[vary]\n"training.eta" = [0.1, 0.3]\n"network.hidden" = [[], [5, 5]]\n'
    variants = load(written(text)).variants
    expected = [(0.1, []), (0.1, [5, 5]), (0.3, []), (0.3, [5, 5])]
    assert [tuple(one.varied.values()) for one in variants] == expected
    assert [(one.settings.training.eta, one.settings.network.hidden) for one in variants] == expected


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ('activation = {name = "leaky-relu", slope = 0.1}\n[vary]\n"network.activation.slope" = [0.1, 0.2]\n',
         "network.activation", [{"name": "leaky-relu", "slope": 0.1}, {"name": "leaky-relu", "slope": 0.2}]),
        ('[activations.soft]\nvalue = "floor*z"\nfloor = 1\n[vary]\n"activations.soft.floor" = [0.1, 0.2]\n',
         "activations", [{"soft": Design(value="floor*z", floor=floor)} for floor in (0.1, 0.2)]),
        ('[vary]\n"data.noise" = [0.1, 0.2]\n', "data.parameters", [{"noise": 0.1}, {"noise": 0.2}]),
        ('[vary]\n"network.cost" = ["quadratic", "softmax-cross-entropy"]\n',
         "network.output", ["sigmoid", "identity"]),
        ('activation = ["tanh", "relu"]\n[vary]\n"network.hidden" = [[3, 4]]\n',
         "network.activations", [["tanh", "relu"]]),
    ],
    ids=["parameter-of-a-part", "parameter-of-a-design", "parameter-of-the-data", "output", "layers"],
)  # fmt: skip
def test_what_varies_and_what_follows_from_it(text, name, values, written):
    variants = load(written(SMALLEST.replace("digits", "moons") + text)).variants
    assert [attrgetter(name)(one.settings) for one in variants] == values


def test_what_is_found_later_is_told_with_its_line(written):
    plan = load(written(SMALLEST + "[training]\nbatch = 64\n"))
    error = plan.refused(check_against_data(plan.experiment, 50))
    assert str(error) == (
        f"{plan.source.path}:6: training.batch: a batch of 64 is more than the 50 training examples; "
        'expected less or "full"'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("surrogate_floor = 0.1\n", ["sigmoid, surrogate_floor=0.1"]),
        ("surrogate_floor = 0.0\n", ["sigmoid"]),
        ('surrogate_floor = 0.1\n[vary]\n"training.eta" = [0.1, 0.2]\n',
         ["eta=0.1, surrogate_floor=0.1", "eta=0.2, surrogate_floor=0.1"]),
        ('surrogate_floor = 0.1\n[vary]\n"training.surrogate_floor" = [0.0, 0.2]\n',
         ["surrogate_floor=0.0", "surrogate_floor=0.2"]),
    ],
)  # fmt: skip
def test_a_label_tells_a_surrogate_slope_also_where_it_does_not_vary(written, text, expected):
    variants = load(written(f"{SMALLEST}[training]\n{text}")).variants
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
    "vary": st.fixed_dictionaries(
        {},
        optional={
            "network.hidden": st.just([[], [3], [4, 5]]),
            "training.eta": st.just([0.1, 2]),
            "network.cost": st.just(["quadratic", "softmax-cross-entropy"]),
        },
    ),
}
NETWORK = st.fixed_dictionaries({"hidden": st.lists(st.integers(1, 99), max_size=3)})
FILES = st.fixed_dictionaries({"data": st.just({"name": "digits"}), "network": NETWORK}, optional=OPTIONAL)


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(FILES)
def test_loading_gives_the_experiment_back(written, tables):
    plan = load(written(document(tables)))
    other = load(written(resolved(plan), "again.toml"))
    assert other.experiment == plan.experiment
    assert other.variants == plan.variants
    assert resolved(other) == resolved(plan)


def test_every_default_and_every_override_is_written(written):
    assert resolved(load(written(), ["training.eta=0.25"])) == (
        'title = ""\nschema = 1\n\n'
        '[data]\nname = "digits"\n\n'
        '[network]\nhidden = [3]\nactivation = "sigmoid"\noutput = "sigmoid"\ncost = "cross-entropy"\n'
        'initialiser = "nielsen"\n\n'
        '[training]\noptimiser = "descent"\neta = 0.25\nlambda = 0.0\nepochs = 30\n'
        'dtype = "float64"\nengine = "auto"\n\n'
        "[trials]\nseeds = 10\nseed = 0\n\n"
        '[record]\nevery = "auto"\non = "batch"\nexamples = 300\nquantities = ["default"]\n'
        "saturation_threshold = 0.05\nlow_input_threshold = 0.1\nneurons = false\n"
    )


@pytest.mark.parametrize(
    ("text", "part", "there"),
    [
        ('[vary]\n"training.steps" = [1, 2]\n', "epochs = ", False),
        ('[vary]\n"network.cost" = ["quadratic", "cross-entropy"]\n', "output = ", False),
        ('[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2\n',
         '[activations.mine]\nvalue = "z + a*tanh(z)"\na = 2.0\n', True),
        ('activation = {name = "leaky-relu", slope = 0.1}\n',
         'activation = {name = "leaky-relu", slope = 0.1}\n', True),
    ],
)  # fmt: skip
def test_designs_and_parts_are_written_and_defaults_that_follow_from_varied_keys_are_not(
    text, part, there, written
):
    plan = load(written(SMALLEST + text))
    assert (part in resolved(plan)) is there
    other = load(written(resolved(plan), "again.toml"))
    assert (other.experiment, other.variants) == (plan.experiment, plan.variants)


@pytest.mark.parametrize("place", ["network", "design"])
def test_a_formula_may_have_several_lines(written, place):
    formula = '"""\ntanh(z)\n  + 0.1*z"""'
    design = f"[activations.q]\nvalue = {formula}\n" if place == "design" else ""
    used = '"q"' if design else formula
    plan = load(written(f'[data]\nname = "moons"\n[network]\nhidden = [3]\nactivation = {used}\n{design}'))
    assert plan.variants[0].label == ("q" if design else "tanh(z) + 0.1*z")


@pytest.mark.parametrize("text", [r"\tanh(z)", r"\frac{z}{2}", r"\nu*z"])
@pytest.mark.parametrize("key", ["[network]\nactivation", "[activations.q]\nvalue"])
def test_latex_in_double_quotes_is_told_to_stand_in_single_ones(written, key, text):
    rest = "hidden = [3]\n" if "network" in key else "[network]\nhidden = [3]\n"
    with pytest.raises(ExperimentError) as caught:
        load(written(f'[data]\nname = "moons"\n{key} = "{text}"\n{rest}'))
    assert str(caught.value).endswith(f"write '{text}', in single quotes")
