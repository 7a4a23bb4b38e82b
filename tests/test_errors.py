import pickle
import re
import tomllib
from pathlib import Path

import pytest

import lab
from lab.bridge.audit_libraries import LIBRARIES
from lab.errors import ClaimError, ExperimentError, LabError, PartError, Problem, StorageError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LabError("no"), 2),
        (PartError("no part"), 2),
        (ExperimentError("a.toml", [Problem(2, "a", "one"), Problem(3, "b", "two")]), 2),
        (ClaimError("no bound"), 3),
        (StorageError("no room"), 4),
    ],
)
def test_an_error_has_its_exit_code_and_travels_from_a_worker(error, code):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, LabError)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert error.exit_code == again.exit_code == code


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(3, "training.eta", "expected > 0"), "a.toml:3: training.eta: expected > 0"),
        (Problem(0, "data", "missing"), "a.toml: data: missing"),
        (Problem(7, "", "not TOML"), "a.toml:7: not TOML"),
        (Problem(0, "", "is empty"), "a.toml: is empty"),
    ],
)
def test_a_problem_says_where_it_is(problem, text):
    assert problem.text("a.toml") == text


def test_an_experiment_error_tells_all_problems_in_the_order_of_their_lines():
    later, first, also = Problem(9, "c", "three"), Problem(2, "a", "one"), Problem(2, "b", "two")
    error = ExperimentError("a.toml", [later, first, also])
    assert error.problems == (first, also, later)
    assert str(error) == "a.toml:2: a: one\na.toml:2: b: two\na.toml:9: c: three"
    assert error.source == "a.toml"


def test_what_installs_an_optional_part_names_an_extra_that_there_is():
    root = Path(lab.__file__).parent.parent
    sources = [*(root / "lab").rglob("*.py"), *(root / "experiments").rglob("*.py")]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    named = set(re.findall(r"""installs\(['"](\w+)""", texts)) | set(LIBRARIES)
    assert named == {"torch", "jax", "keras", "sklearn", "parquet", "cluster"}
    assert named <= extras.keys()
    assert "activation-lab[" not in texts  # which no index has
