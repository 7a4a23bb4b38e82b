"""What the README shows is what there is."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from lab import plugins
from lab.data.files.file import File
from lab.experiment.variants import load
from lab.runs.preparation import prepared
from tests.training.trainings import COLUMNS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
HOUSE = (ROOT / "lab" / "README.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
HEAD = '[data]\nname = "digits"\n[network]\nhidden = [4]\n'


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (TOML[0], ["sigmoid", "tanh", "soft-floor"]),
        (HEAD + dedent(TOML[1]), ["sigmoid", "relu(z) + 0.05*z", "bell", "floored(inner=tanh, floor=0.2)"]),
    ],
)
def test_its_experiments_run_as_they_stand(written, text, labels):
    assert [variant.label for variant, _ in prepared(load(written(text))).made] == labels


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\(((?:lab|experiments|results)/?[^)]*)\)", README)))
)
def test_what_it_links_to_is_there(path):
    assert (ROOT / path.partition("#")[0]).exists()


def test_it_lists_every_experiment_and_every_quantity():
    for path in (ROOT / "experiments").glob("*.toml"):
        assert f"`{path.stem}`" in README
    for column in COLUMNS:
        assert f"`{column}`" in RESULTS or f"`_{column.rpartition('_')[2]}`" in RESULTS


def test_a_newcomer_is_done_with_it_soon():
    assert len(README.splitlines()) <= 200


def test_the_files_that_the_tour_of_the_house_names_are_there():
    tour = HOUSE[HOUSE.index("## A datum's walk") : HOUSE.index("## Vocabulary")]
    walk = re.findall(r"`([a-z_/]+\.py)`", tour)
    assert len(set(walk)) == 14
    homes = (ROOT / "lab", ROOT / "lab" / "activations" / "formula", ROOT)
    for name in [*walk, *re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", HOUSE)]:
        assert any((home / name).exists() for home in homes), name


def test_every_equation_can_be_found_in_the_code():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "lab").rglob("*.py"))
    for number in (1, 2, 3, 4):
        assert f"**BP{number}**" in README
        assert re.search(rf"# .*BP{number}\b", code)


def test_it_lists_every_initialiser_and_every_key_of_a_file_of_data():
    for name in plugins.built_in("initialisers"):
        assert f"`{name}`" in RESULTS
    for key in plugins.fields(File).keys() - {"path"}:
        assert f"`{key}`" in RESULTS
