import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from matplotlib.figure import Figure as Canvas

import lab
from lab import plugins
from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import LeakyReLU
from lab.errors import ExperimentError, PartError
from lab.experiment import templates
from lab.experiment.variants import load
from lab.parts import Activation
from lab.training.probes import ParameterNorms

MINE = """
from dataclasses import dataclass, field
import numpy as np
from lab import Cost

@dataclass(frozen=True)
class Mine(Cost):
    size: int
    scale: float = 0.1

    def value(self, z, a, y, sigma):
        return np.sum(a - y, axis=-2)

    def gradient(self, a, y, out):
        out[...] = 1

@dataclass(frozen=True)
class Half(Cost):
    def value(self, z, a, y, sigma):
        return np.sum(a - y, axis=-2)

class Plain:
    pass

number = 3
"""


@dataclass(frozen=True)
class Part:
    """A part with a field of every kind."""

    size: int
    leak: float = field(default=0.01, metadata={"key": "slope"})
    name_of_it: str = "x"
    flag: bool = False
    knots: list[float] = field(default_factory=list)
    inner: Activation = Tanh()  # noqa: RUF009
    made: float = field(init=False, default=0.0)

    def __post_init__(self):
        if self.size < 0:
            raise ValueError(f"size must be >= 0, got {self.size}")


@dataclass(frozen=True)
class Raising(ParameterNorms):
    """A part that cannot be made."""

    def __post_init__(self):
        raise RuntimeError("no\nluck")


class NoDataclass:
    """What an entry point may wrongly name."""


@pytest.fixture
def mine(tmp_path) -> Path:
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


def own_cost(folder: Path, name: str = "mine.py:Mine") -> type:
    return plugins.find("costs", name, folder=folder, allow_code=True)


def refused(message: str):
    return pytest.raises(PartError, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize("kind", plugins.KINDS)
def test_every_kind_has_a_table_of_classes_that_are_found_by_name(kind):
    table = plugins.built_in(kind)
    assert table
    assert plugins.names(kind) == sorted(table)
    assert set(plugins.aliases(kind).values()) <= set(table)
    for name, part in table.items():
        assert plugins.find(kind, name) is part
        assert name == name.lower()


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("activations", "tahn", "unknown activation 'tahn'; did you mean 'tanh'"),
        ("costs", "cross-entrpy", "unknown cost 'cross-entrpy'; did you mean 'cross-entropy'"),
        ("initialisers", "neilsen", "unknown initialiser 'neilsen'; did you mean 'nielsen'? (known: "),
        ("optimisers", "adm", "unknown optimiser 'adm'; did you mean 'adam'? (known: "),
        ("datasets", "digit", "unknown data set 'digit'; did you mean 'digits'? (known: "),
        ("activations", "", "unknown activation ''; known are "),
        ("activations", "hrad_sigmoid", "unknown activation 'hrad_sigmoid'; did you mean 'hard_sigmoid'"),
    ],
)
def test_an_unknown_name(kind, name, message):
    with pytest.raises(PartError, match=f"^{re.escape(message)}"):
        plugins.find(kind, name)


def test_build_from_a_name_and_from_a_table_that_stays_as_it_was():
    assert plugins.build("activations", "tanh") == Tanh()
    table = {"name": "leaky-relu", "slope": 0.5}
    assert plugins.build("activations", table) == LeakyReLU(0.5)
    assert table == {"name": "leaky-relu", "slope": 0.5}
    for spec in ({}, {"slope": 0.1}, {"name": 3}):
        with refused("expected a name, or a table with a name, of one of the activations"):
            plugins.build("activations", spec)
    with refused("'tanh' has no parameter 'a'; it has no parameters"):
        plugins.build("activations", {"name": "tanh", "a": 1})


@pytest.mark.parametrize(
    ("alias", "name"), [("leaky_relu", "leaky-relu"), ("hardtanh", "hard-tanh"), ("swish", "silu")]
)
def test_an_alias_is_found_and_is_not_listed(alias, name):
    assert plugins.find("activations", alias) is plugins.find("activations", name)
    assert plugins.build("activations", {"name": alias}) == plugins.build("activations", name)
    assert alias not in plugins.names("activations")
    with pytest.raises(PartError) as told:
        plugins.find("activations", "quux")
    assert f" {alias}," not in str(told.value)
    assert plugins.aliases("costs") == {}


def test_make_takes_the_parameters_by_their_keys_and_a_whole_number_for_a_float():
    given = {"size": 2, "slope": 0.5, "flag": True, "knots": [1.0], "inner": LeakyReLU()}
    assert plugins.make(Part, "part", given) == Part(2, 0.5, "x", True, [1.0], LeakyReLU())
    leak = plugins.make(Part, "part", {"size": 2, "slope": 1}).leak
    assert (leak, type(leak)) == (1.0, float)


ITS = "its parameters: size, slope, name_of_it, flag, knots, inner"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "'part' needs a value for 'size'"),
        ({"size": 1, "slop": 2}, f"'part' has no parameter 'slop'; did you mean 'slope'? {ITS}"),
        ({"size": 1, "leak": 2}, f"'part' has no parameter 'leak'; {ITS}"),
        ({"size": 1, "made": 2}, f"'part' has no parameter 'made'; {ITS}"),
        ({"size": 1.0}, "'part': size = 1.0: expected a whole number"),
        ({"size": "1"}, "'part': size = '1': expected a whole number"),
        ({"size": True}, "'part': size = True: expected a whole number"),
        ({"size": 1, "slope": "0.1"}, "'part': slope = '0.1': expected a number"),
        ({"size": 1, "slope": True}, "'part': slope = True: expected a number"),
        ({"size": 1, "slope": float("nan")}, "'part': slope = nan: expected a finite number"),
        ({"size": 1, "slope": float("inf")}, "'part': slope = inf: expected a finite number"),
        ({"size": 1, "name_of_it": 3}, "'part': name_of_it = 3: expected a text"),
        ({"size": 1, "flag": 1}, "'part': flag = 1: expected true or false"),
        ({"size": 1, "knots": ["a"]}, "'part': knots = ['a']: expected a number"),
        ({"size": 1, "inner": "tanh"}, "'part': inner = 'tanh': expected an instance of Activation"),
        ({"size": -1}, "'part': size must be >= 0, got -1"),
    ],
    ids=str,
)
def test_make_coerces_nothing_and_tells_what_is_wrong(parameters, message):
    with refused(message):
        plugins.make(Part, "part", parameters)


def test_a_class_in_a_file_which_is_run_once_for_its_content(mine, monkeypatch):
    part = own_cost(mine)
    built = plugins.build("costs", {"name": "mine.py:Mine", "size": 3}, folder=mine, allow_code=True)
    assert built == part(3)
    assert own_cost(Path(), f"{mine}/mine.py:Mine") is part
    monkeypatch.chdir(mine)
    assert plugins.find("costs", "mine.py:Mine", allow_code=True) is part
    with refused("'mine.py:Mine' is no activation: Mine does not subclass lab.Activation"):
        plugins.find("activations", "mine.py:Mine", allow_code=True)
    (mine / "mine.py").write_text(MINE.replace("0.1", "0.2"))
    assert (part(1).scale, own_cost(mine)(1).scale) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mine.py:Half", " is not finished: Half lacks gradient"),
        ("no.py:Mine", ": there is no file {folder}/no.py"),
        ("mine.py:Mien", ": mine.py has no class 'Mien'; did you mean 'Mine'? (known: Half, Mine)"),
        ("mine.py:Plain", " is no cost: Plain does not subclass lab.Cost"),
        ("mine.py:number", ": mine.py has no class 'number'; expected one of Half, Mine"),
        ("mine.py:", ": mine.py has no class ''; expected one of Half, Mine"),
        ("bare.py:Mien", ": bare.py has no class 'Mien'; did you mean 'Mine'? (known: Mine)"),
        ("bare.py:Mine", " is no cost: Mine does not subclass lab.Cost"),
        ("none.py:Mine", ": none.py has no class 'Mine'; there is none"),
    ],
)
def test_a_file_without_that_part(mine, name, message):
    (mine / "bare.py").write_text("class Mine: pass")
    (mine / "none.py").write_text("from lab import Cost")
    with refused(f"{name!r}{message.format(folder=mine)}"):
        own_cost(mine, name)


@pytest.mark.parametrize("kind", plugins.KINDS)
@pytest.mark.parametrize(
    ("above", "what"),
    [("", "is no dataclass"), ("@dataclass\n", "is a dataclass, but not a frozen one")],
)
def test_a_class_that_is_no_frozen_dataclass_is_told_what_to_put_above_it(tmp_path, kind, above, what):
    base = plugins.KINDS[kind].base
    (tmp_path / "mine.py").write_text(
        f"from dataclasses import dataclass\nfrom lab.parts import {base}\n\n"
        f"{above}class Good({base}):\n    pass\n"
    )
    remedy = f"mine.py:4: class Good {what}; put @dataclass(frozen=True) above it"
    with refused(f"'mine.py:Good': {remedy}"):
        plugins.find(kind, "mine.py:Good", folder=tmp_path, allow_code=True)
    with refused("'mine.py:Goof': mine.py has no class 'Goof'; did you mean 'Good'? (known: Good)"):
        plugins.find(kind, "mine.py:Goof", folder=tmp_path, allow_code=True)


def test_an_installed_part(installed):
    installed("activations", curved="lab.activations.hyperbolic:Tanh")
    assert plugins.find("activations", "curved") is Tanh
    assert plugins.build("activations", "curved") == Tanh()
    assert "curved" in plugins.names("activations")
    assert "curved" not in plugins.names("costs")
    with pytest.raises(PartError, match=r"^unknown activation 'curvd'; did you mean 'curved'\?"):
        plugins.find("activations", "curvd")


@pytest.mark.parametrize(
    ("name", "shown"), [("tanh", Tanh), ("leaky_relu", LeakyReLU), ("swish", TABLE["silu"])], ids=str
)
def test_an_installed_part_takes_no_name_or_alias_of_the_labs_own(installed, name, shown):
    installed("activations", curved="lab.activations.hyperbolic:Tanh", **{name: "somewhere:Mine"})
    assert plugins.find("activations", name) is shown
    taken = f"^the installed package somewhere:Mine names one of its activations '{name.replace('_', '-')}'"
    with pytest.warns(UserWarning, match=taken):
        assert "curved" in plugins.names("activations")
    assert plugins.usable("activations")["curved"] is Tanh


def test_parts_that_cannot_be_used_are_left_out_with_a_warning(installed):
    broken = {"away": "no_such_module_at_all:Mine", "cost": "lab.network.costs:Quadratic"}
    installed("probes", right="lab.training.probes:ParameterNorms", **broken, raising=f"{__name__}:Raising")
    with pytest.warns(UserWarning, match="it is left out$") as warned:
        assert list(plugins.usable("probes")) == [*plugins.built_in("probes"), "right"]
    assert [str(one.message).split("'")[1] for one in warned] == ["away", "cost", "raising"]


@pytest.mark.filterwarnings("ignore:'broken' of")
@pytest.mark.parametrize("kind", plugins.KINDS)
def test_a_broken_part_that_is_not_used_harms_no_run(installed, small, root, few_figures, kind):
    installed(kind, broken="no_such_module_at_all:Mine")
    run = lab.run(small, {"trials.seeds": 1}, results=root, plots=kind == "figures")
    assert run.info["status"] == "done"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such:Mine", "fails to load: ModuleNotFoundError: No module named 'no_such'"),
        (f"{__name__}:NoDataclass", "is no cost: NoDataclass does not subclass lab.Cost"),
        ("math:pi", "is no class"),
    ],
)
def test_an_installed_part_that_cannot_be_used_is_listed_and_refused(installed, value, reason):
    installed("costs", broken=value)
    assert "broken" in plugins.names("costs")
    with refused(f"'broken' of {value} {reason}"):
        plugins.find("costs", "broken")


OWN = {
    "network.activation": "own_activation.py:RootedLine",
    "network.cost": "own_cost.py:LogCosh",
    "network.initialiser": "own_initialiser.py:Sparse",
    "training.optimiser": "own_optimiser.py:Lion",
    "record.quantities": ["default", "own_probe.py:ErrorConcentration"],
}
"""A key of an experiment, and a part of one's own for it: those of the folder ``experiments``."""

FIGURE = "own_figure.py:SpeedAgainstSaturation"


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    """The experiment ``own-activation`` with all that comes along, small, in the current folder."""
    monkeypatch.chdir(tmp_path)
    file, *beside = templates.written("own-activation")
    assert {str(path).partition(".py")[0] for path in beside} == {
        *("own_activation", "own_cost", "own_figure", "own_initialiser", "own_optimiser", "own_probe")
    }
    return file


def test_parts_of_every_kind_may_be_ones_own(own):
    small = {"data.train": 40, "data.test": 20, "training.epochs": 2, "training.eta": 0.01, "trials.seeds": 2}
    run = lab.run(
        own, OWN | small | {"vary": {"network.hidden": [[6, 5]]}}, allow_code=True, plots=False, workers=2
    )
    assert set(run.trials["status"]) == {"done"}
    assert run.layers["error_top_share"].between(0.1, 1).all()
    assert len(run.info["code"]) == len(OWN)
    assert isinstance(run.plot(FIGURE, allow_code=True), Canvas)
    drawn = run.save_plots([FIGURE, "training"], Path("plots"), allow_code=True)
    assert [path.name for path in drawn[1:3]] == ["SpeedAgainstSaturation.svg", "training.png"]
    with refused(f"{FIGURE!r} runs the code of own_figure.py; if you trust it, say --allow-code"):
        run.plot(FIGURE)


def problem(file: Path, key: str, spec: str, **leave: bool) -> str:
    """What `load` says of a part at this key: one problem, in one line, at the key's place."""
    listed = key == "record.quantities"
    with pytest.raises(ExperimentError) as told:
        load(file, {key: [spec] if listed else spec}, **leave)
    (found,) = told.value.problems
    assert found.key == (f"{key}[0]" if listed else key)
    assert "\n" not in found.message
    return found.message.removesuffix(" (set by an override)")


@pytest.mark.parametrize("key", OWN)
def test_without_leave_each_of_ones_own_is_an_error_at_its_key(own, small, key):
    spec = OWN[key][-1] if isinstance(OWN[key], list) else OWN[key]
    file = spec.partition(":")[0]
    assert problem(small, key, spec) == f"{spec!r} runs the code of {file}; if you trust it, say --allow-code"


BASES = {
    "network.activation": "lab.activations.hyperbolic:Tanh",
    "network.output": "lab.activations.logistic:Sigmoid",
    "network.cost": "lab.network.costs:Quadratic",
    "network.initialiser": "lab.network.initialisers:He",
    "training.optimiser": "lab.network.optimisers:Descent",
    "record.quantities": "lab.training.probes:PhiB",
}


@pytest.mark.parametrize("key", BASES)
def test_a_part_that_raises_or_is_of_another_kind_is_an_error_at_its_key(own, small, key):
    module, name = BASES[key].split(":")
    Path("mine.py").write_text(
        f"from dataclasses import dataclass\nfrom {module} import {name}\n@dataclass(frozen=True)\n"
        f"class Raising({name}):\n    def __post_init__(self):\n        raise SystemExit('no\\nluck')\n"
    )
    assert problem(small, key, "mine.py:Raising", allow_code=True) == "'mine.py:Raising': SystemExit: no luck"
    message = problem(small, key, FIGURE, allow_code=True)
    assert message.startswith(f"{FIGURE!r} is no ")
    assert "SpeedAgainstSaturation does not subclass lab." in message


def test_a_probe_of_ones_own_brings_new_columns(own, small):
    Path("mine.py").write_text(
        "from dataclasses import dataclass\nfrom lab.training.probes import ParameterNorms, PhiB\n"
        "@dataclass(frozen=True)\nclass Key(PhiB):\n    columns = ('layer',)\n"
    )
    for name, column in (("ParameterNorms", "bias_norm"), ("Key", "layer")):
        message = f"'mine.py:{name}': the table layers has a column {column!r} already"
        assert problem(small, "record.quantities", f"mine.py:{name}", allow_code=True) == message
