"""Parts of one's own and claims of designs: what is made, what is proved, and what is wrong with its line."""

from collections import Counter

import pytest

from lab.activations.formula import formula
from lab.errors import ClaimError, ExperimentError
from lab.experiment import checks
from lab.experiment.findings import Finding
from lab.experiment.schema import Design
from lab.experiment.variants import load
from lab.prover.certificate import certify
from lab.prover.claims import plainly_holds
from tests.conftest import SMALLEST as SMALL

OWN = """\
from dataclasses import dataclass
from lab import Cost, DataSource, Probe

@dataclass(frozen=True)
class Line(DataSource):
    slope: float = 2.0
    def load(self, train, test, seed, folder): ...

@dataclass(frozen=True)
class Source(DataSource):
    def __post_init__(self):
        raise TypeError("no\\nway")
    def load(self, train, test, seed, folder): ...

@dataclass(frozen=True)
class Choosy(Cost):
    def value(self, z, a, y, sigma): ...
    def gradient(self, a, y, out): ...
    def refuses(self, sigma):
        return sigma.colour

@dataclass(frozen=True)
class Good(Probe):
    columns = ("good",)
    def measure(self, seen, l): ...
"""


@pytest.fixture
def own(written, tmp_path):
    """Write an experiment file beside a file of parts of one's own."""
    (tmp_path / "own.py").write_text(OWN)
    return written


def test_a_data_set_of_ones_own_needs_leave(own):
    path = own(SMALL.replace("digits", "own.py:Line"))
    with pytest.raises(ExperimentError) as raised:
        load(path)
    assert str(raised.value) == (
        f"{path}:2: data.name: 'own.py:Line' runs the code of own.py; if you trust it, say --allow-code"
    )
    assert load(path, ["data.slope=3.0"], allow_code=True).experiment.data.parameters == {"slope": 3.0}
    varied = load(path, ['vary."data.name"=["digits", "own.py:Line"]'], allow_code=True)
    assert [variant.label for variant in varied.variants] == ["digits", "Line"]


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ('[data]\nname = "own.py:Source"', ":2: data.name: ", "TypeError: no way"),
        ('[data]\nname = "own.py:Line"\nslop = 3.0', ":3: data.slop: ", "has no parameter 'slop'"),
        ('[data]\nname = "own.py:Good"', ":2: data.name: ", "is no data set: Good does not subclass"),
        ('cost = "own.py:Choosy"', ":5: network.cost: ", "AttributeError: 'Sigmoid' object has no"),
        ('[record]\nquantities = ["all", "own.py:Goot"]', ":6: record.quantities[1]: ", "mean 'Good'"),
        ('[record]\nquantities = ["update-ration"]', ":6: record.quantities[0]: ", "mean 'update-ratio'"),
    ],
)
def test_what_is_wrong_with_a_part_of_ones_own_is_told_with_its_line(line, place, message, own):
    path = own(f"{line}\n[network]\nhidden = [3]\n" if line.startswith("[data]") else SMALL + line + "\n")
    with pytest.raises(ExperimentError) as raised:
        load(path, allow_code=True)
    (text,) = str(raised.value).splitlines()
    assert text.startswith(f"{path}{place}")
    assert message in text


def test_a_probe_is_named_by_its_class_its_name_or_a_column(own):
    path = own(SMALL + '[record]\nquantities = ["own.py:Good", "update-ratio", "saturation", "all"]\n')
    assert len(load(path, allow_code=True).experiment.record.quantities) == 4


SOFT = 'activation = "soft"\n[activations.soft]\nvalue = "tanh(z) + floor*z"\nfloor = 0.1\n'


def refusal(path, overrides=()):
    with pytest.raises(ClaimError) as caught:
        load(path, overrides)
    assert caught.value.exit_code == 3
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SOFT + "at_least = 0.11\n",
         "9: activations.soft.at_least: the claim 0.11 is REFUTED with floor = 0.1: "
         "σ′(-11.0625) = 0.1, less than 0.11"),
        (SOFT + "at_least = 0.1\nat_most = 1.05\n",
         "10: activations.soft.at_most: the claim 1.05 is REFUTED with floor = 0.1: "
         "σ′(0) = 1.1, more than 1.05"),
        ('activation = "tanh"\n[activations.other]\nvalue = "s(z)"\nat_least = 0.1\n',
         "8: activations.other.at_least: the claim 0.1 is REFUTED: "
         "σ′(-20.725) = 9.98267e-10, less than 0.1; σ′ is not bounded away from zero (limit 0)"),
        ('[activations.root]\nvalue = "z + cos(sqrt(z))"\nat_least = 0.5\n',
         "7: activations.root.at_least: the claim 0.5 is REFUTED: "
         "σ is undefined at z = -0.0125, where it has no slope"),
        ('[activations.stair]\nvalue = "where(z > 2, z, z - 1)"\nat_least = 0.5\n',
         "7: activations.stair.at_least: the claim 0.5 is REFUTED: "
         "σ jumps at z = 2, where it has no slope"),
        ('[activations.wave]\nvalue = "z + sin(z)*sin(sqrt(2)*z)"\nat_least = -0.9\n',
         "7: activations.wave.at_least: the claim -0.9 is UNDECIDED: the proof does not come through "
         "beyond z = -1e+300; proved is σ′ ≥ -1.4142135623730954; try a claim within that"),
    ],
    ids=["57-refuted", "at-most", "used-by-nobody", "55-undefined", "56-jump", "58-undecided"],
)  # fmt: skip
def test_a_claim_that_does_not_hold_is_refused_with_file_line_and_reason(text, message, written):
    path = written(SMALL + text)
    assert refusal(path) == f"{path}:{message}"


def test_every_claim_that_fails_is_told_at_once_in_the_order_of_the_lines(written):
    text = (
        '[activations.one]\nvalue = "s(z)"\nat_most = 0.2\nat_least = 0.1\n'
        '[activations.two]\nvalue = "z"\nat_least = 1\n'
        '[activations.three]\nvalue = "2*z"\nat_most = 1\n'
    )
    lines = refusal(written(SMALL + text)).splitlines()
    places = [line.partition(": the claim ")[0].partition(".toml:")[2] for line in lines]
    expected = ("7: {}.one.at_most", "8: {}.one.at_least", "14: {}.three.at_most")
    assert places == [place.format("activations") for place in expected]


@pytest.mark.parametrize(
    ("text", "right", "wrong", "message"),
    [
        (SOFT + "at_least = {}\nat_most = 1.1\n", "0.1", "0.11",
         "soft.at_least: the claim 0.11 is REFUTED with floor = 0.1: σ′("),
        ('[activations.bell]\nderivative = "floor + (1 - floor)*exp(-z**2)"\nfloor = 0.05\nat_least = {}\n',
         "0.05", "0.06", "bell.at_least: the claim 0.06 is REFUTED with floor = 0.05: σ′("),
        (SOFT + 'at_least = 0.05\n[vary]\n"activations.soft.floor" = [0.1, {}]\n',
         "0.05", "0.04, 0.05, 0.03",
         ":9: activations.soft.at_least: the claim 0.05 is REFUTED with floor = 0.04: "
         "σ′(-11.0625) = 0.04, less than 0.05"),
        (SOFT + '[vary]\n"activations.soft.at_least" = [0.05, {}]\n',
         "0.1", "0.2", "soft.at_least: the claim 0.2 is REFUTED with floor = 0.1: "),
        ('[activations.mine]\nvalue = "z"\nat_least = 0.5\n[vary]\n"activations.mine.value" = ["z", "{}"]\n',
         "z + exp(-z**2)/4", "z + exp(-z**2)", "mine.at_least: the claim 0.5 is REFUTED: σ′("),
    ],
    ids=["by-value", "by-derivative", "varied-parameter", "varied-claim", "varied-formula"],
)  # fmt: skip
def test_a_claim_is_checked_in_every_variant(text, right, wrong, message, written):
    assert len(load(written(SMALL + text.format(right))).variants) == 1 + ("[vary]" in text)
    (line,) = refusal(written(SMALL + text.format(wrong))).splitlines()
    assert message in line


def test_an_overridden_claim_says_so(written):
    message = refusal(written(SMALL + SOFT), ["activations.soft.at_least=0.2"])
    assert "activations.soft.at_least: the claim 0.2 is REFUTED with floor = 0.1: " in message
    assert message.endswith(" (set by an override)")


@pytest.mark.parametrize("prove", [plainly_holds, certify])
def test_a_proof_is_made_once_for_all_variants(prove, written, monkeypatch):
    made = []

    def counted(*claim):
        made.append(claim)
        return prove(*claim)

    monkeypatch.setattr(checks, "plainly_holds", lambda *claim: False)
    monkeypatch.setattr(checks, prove.__name__, counted)
    varied = '"training.eta" = [0.1, 0.2, 0.3]\n"activations.soft.floor" = [0.1, 0.2]\n'
    text = f"{SMALL}{SOFT}at_least = 0.05\n[vary]\n{varied}"
    assert len(load(written(text)).variants) == 6
    assert len(made) == 2


def test_the_work_grows_with_the_number_of_designs_and_not_with_its_square(written, monkeypatch):
    done = Counter()
    for module, name in ((formula, "parse"), (Design, "model_dump"), (checks, "plainly_holds")):
        plain = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda *given, plain=plain, name=name, **more: done.update([name]) or plain(*given, **more),
        )

    def work(number):
        done.clear()
        designs = "".join(
            f'[activations.d{i}]\nvalue = "tanh(z) + a*z"\na = {i + 1}\nat_least = {i}\n'
            for i in range(number)
        )
        varied = f'[vary]\n"network.activation" = {[f"d{i}" for i in range(number)]}\n'
        assert len(load(written(SMALL + varied + designs)).variants) == number
        return dict(done)

    few, many = work(5), work(20)
    assert many == {name: 4 * times for name, times in few.items()}
    assert few["plainly_holds"] == 5


def test_a_value_of_one_design_is_tried_without_reading_the_others(written, monkeypatch):
    read = []
    parse = formula.parse
    monkeypatch.setattr(formula, "parse", lambda text, given: read.append(text) or parse(text, given))
    text = f'{SMALL}{SOFT}[activations.other]\nvalue = "z - sin(z)"\n[vary]\n"activations.soft.floor" = '
    counts = []
    for values in ([0.1], [0.1, 0.2, 0.3, 0.4]):
        read.clear()
        load(written(f"{text}{values}\n"))
        counts.append(read.count("z - sin(z)"))
    assert counts[0] == counts[1] > 0


def test_findings_carry_their_key(written):
    experiment = load(written(SMALL + SOFT)).experiment
    design = experiment.activations["soft"].model_copy(update={"at_least": 0.5})
    broken = experiment.model_copy(update={"activations": {"soft": design}})
    message = "the claim 0.5 is REFUTED with floor = 0.1: σ′(-11.0625) = 0.1, less than 0.5"
    assert checks.unproved([experiment]) == []
    finding = Finding(("activations", "soft", "at_least"), message)
    assert checks.unproved([experiment, broken, broken]) == [finding]


def test_what_is_wrong_in_lines_to_see_is_told_at_its_key():
    see = {"trainin": "x", "answer": "{costs at the end}", "ledger": "{slope of layer 1 at the end}"}
    told = {str(finding.key[1]): finding.message for finding in checks.wrong_lines(see)}
    assert told["trainin"] == "is no figure; did you mean 'training'?"
    assert told["answer"].startswith("'costs' is no number of a variant; did you mean 'cost'")
    assert told["ledger"].startswith("'slope' is no quantity of a layer; did you mean")
    assert checks.wrong_lines({"training": "fine", "answer": "{cost at the end}", "own.py:Own": "fine"}) == []
