"""What the page of ``lab verify`` advises of a damaged run."""

import pytest

from lab.console.runs.verification import page
from lab.experiment.variants import load
from lab.results.run import Run
from lab.runs.files.verification import Checked
from tests.runs.files.test_folder import finished

LOST = [Checked(file, "lost") for file in ("run.json", "resolved.toml", "plots/causes.png", "report.html")]


@pytest.fixture
def advice(small, root, monkeypatch):
    """What is advised where these files of a run are lost, whose run.json says this."""
    monkeypatch.setenv("LAB_RESULTS", str(root))

    def of(lost, lose_record=False, **info):
        folder = finished(load(small), root, **info)
        if lose_record:
            (folder.path / "run.json").unlink()
        lines = list(page(Run(folder), lost).body)[len(lost) + 1 :]
        return [line.replace(str(folder), "RUN") for line in lines]

    return of


def test_what_no_command_makes_again_is_to_be_put_back(advice):
    put_back = "resolved.toml: no command makes it again; put back what was written"
    assert advice(LOST) == [put_back, "mend with: lab resume RUN"]
    assert advice(LOST[:2], lose_record=True) == [f"run.json and {put_back}"]


def test_a_watched_run_is_not_told_of_resume_which_its_script_alone_could(advice):
    lost = [*LOST[2:], Checked("tables/layers.csv", "lost")]
    assert advice(lost, watched="Net") == [
        "tables/layers.csv: no command makes it again; put back what was written",
        "mend with: lab plot RUN",
        "mend with: lab report RUN",
    ]
