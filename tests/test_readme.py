"""What the README shows is what there is."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
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
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
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


@pytest.mark.parametrize("page", ["README.md", "results/README.md"])
def test_what_a_page_links_to_is_there(page):
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


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
    assert len(set(walk)) == 19  # as it says
    rooms = ("activations/formula", "runs/work")
    homes = (ROOT / "lab", *(ROOT / "lab" / room for room in rooms), ROOT)
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


FEW = ["-o", "trials.seeds=2", "-o", "training.epochs=1", "--no-plots"]
"""What makes a run of the README short enough for a test."""


@pytest.mark.slow
def test_its_commands_run_in_their_order_in_a_fresh_folder(tmp_path):
    """But those of pip and pytest; a run is of two trials and one epoch, without plots."""
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BROWSER": "true"}
    environment.pop("LAB_RESULTS", None)
    lines = [part for block in SHELL for line in block.splitlines() for part in line.split("&&")]
    words = [shlex.split(line, comments=True) for line in lines]
    commands = [line[1:] for line in words if line and Path(line[0]).name == "lab"]
    assert len(commands) >= 15
    # That a file may name a class is told in the table of experiments; a later line reports this run.
    commands.insert(1, ["run", "experiments/own-activation.toml", "--allow-code"])
    for command in commands:
        if command[0] in ("export", "audit") and find_spec("torch") is None:
            continue
        given = [*command, *(FEW if command[0] == "run" else [])]
        done = subprocess.run(
            [sys.executable, "-m", "lab", *given],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=900,
        )
        assert done.returncode == 0, f"lab {shlex.join(given)}\n{done.stderr}"
    for made in ("bell.png", "phase.png", "vanishing.toml", "report.html", "figures/learning_speed.png"):
        assert (tmp_path / made).stat().st_size > 0


@pytest.mark.slow
def test_its_lines_of_python_run(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAB_RESULTS", raising=False)
    exec(compile(PYTHON[0], "README.md", "exec"), {})
    assert (tmp_path / "speed.png").stat().st_size > 0
