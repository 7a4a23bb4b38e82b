"""Parts of one's own in an experiment file: with leave they are made, and what is wrong has its line."""

import pytest

from lab.errors import ExperimentError
from lab.experiment.variants import load

SMALL = '[data]\nname = "digits"\n[network]\nhidden = [3]\n'
OWN = '[data]\nname = "{}"\n[network]\nhidden = [3]\n'


def test_a_data_set_of_ones_own_needs_leave(written, tmp_path):
    (tmp_path / "own.py").write_text(
        "from dataclasses import dataclass\n"
        "from lab import DataSource\n"
        "@dataclass(frozen=True)\n"
        "class Line(DataSource):\n"
        "    slope: float = 2.0\n"
        "    def load(self, train, test, seed, folder): ...\n"
    )
    path = written(OWN.format("own.py:Line"))
    with pytest.raises(ExperimentError) as raised:
        load(path)
    assert str(raised.value) == (
        f"{path}:2: data.name: 'own.py:Line' runs the code of own.py; if you trust it, say --allow-code"
    )
    assert load(path, ["data.slope=3.0"], allow_code=True).experiment.data.parameters == {"slope": 3.0}
    with pytest.raises(ExperimentError, match=r"data\.name: 'own\.py:Line' has no parameter 'slop'"):
        load(path, ["data.slop=3.0"], allow_code=True)
    varied = load(path, ['vary."data.name"=["digits", "own.py:Line"]'], allow_code=True)
    assert [variant.label for variant in varied.variants] == ["digits", "Line"]


BROKEN = """\
from dataclasses import dataclass
from lab import Cost, DataSource, Initialiser, Optimiser, Probe

@dataclass(frozen=True)
class Source(DataSource):
    def __post_init__(self):
        raise TypeError("no\\nway")
    def load(self, train, test, seed, folder): ...

@dataclass(frozen=True)
class Sized(Cost):
    size: int = 1
    def __post_init__(self):
        [][self.size]
    def value(self, z, a, y, sigma): ...
    def gradient(self, a, y, out): ...

@dataclass(frozen=True)
class Choosy(Cost):
    def value(self, z, a, y, sigma): ...
    def gradient(self, a, y, out): ...
    def refuses(self, sigma):
        return sigma.colour

@dataclass(frozen=True)
class Drawn(Initialiser):
    def __post_init__(self):
        1 / 0
    def weights(self, n_in, n_out, rng): ...

@dataclass(frozen=True)
class Good(Probe):
    columns = ("good",)
    def measure(self, seen, l): ...
"""


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ('[data]\nname = "own.py:Source"', ":2: data.name: ", "TypeError: no way"),
        ('cost = "own.py:Sized"', ":5: network.cost: ", "IndexError"),
        ('cost = "own.py:Choosy"', ":5: network.cost: ", "AttributeError: 'Sigmoid' object has no"),
        ('cost = "own.py:Drawn"', ":5: network.cost: ", "is no cost: Drawn does not subclass lab.Cost"),
        ('initialiser = "own.py:Drawn"', ":5: network.initialiser: ", "ZeroDivisionError"),
        ('[training]\noptimiser = "own.py:Good"', ":6: training.optimiser: ", "is no optimiser"),
        ('[record]\nquantities = ["own.py:Choosy"]', ":6: record.quantities[0]: ", "is no probe"),
        (
            '[record]\nquantities = ["all", "own.py:Goot"]',
            ":6: record.quantities[1]: ",
            "did you mean 'Good'",
        ),
        ('[record]\nquantities = ["update-ration"]', ":6: record.quantities[0]: ", "mean 'update-ratio'"),
    ],
)
def test_what_is_wrong_with_a_part_of_ones_own_is_told_with_its_line(line, place, message, written, tmp_path):
    (tmp_path / "own.py").write_text(BROKEN)
    whole = f"{line}\n[network]\nhidden = [3]\n" if line.startswith("[data]") else SMALL + line + "\n"
    path = written(whole)
    with pytest.raises(ExperimentError) as raised:
        load(path, allow_code=True)
    (text,) = str(raised.value).splitlines()
    assert text.startswith(f"{path}{place}")
    assert message in text


def test_a_probe_is_named_by_its_class_its_name_or_a_column(written, tmp_path):
    (tmp_path / "own.py").write_text(BROKEN)
    path = written(SMALL + '[record]\nquantities = ["own.py:Good", "update-ratio", "saturation", "all"]\n')
    assert len(load(path, allow_code=True).experiment.record.quantities) == 4
    with pytest.raises(ExperimentError, match=r":6: record\.quantities\[0\]: .*--allow-code"):
        load(path)
