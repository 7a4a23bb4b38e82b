import pytest

from lab.errors import LabError, StorageError
from lab.experiment import templates
from lab.experiment.variants import load
from lab.runs.preparation import prepared

NAMES = [name for name, _ in templates.listing()]


def test_the_shipped_experiments_are_there():
    assert {
        *("vanishing", "vanishing-depth", "saturated-output", "saturated-hidden"),
        *("low-activation-input", "slope-floor", "saturated-neuron", "own-activation"),
        *("design-from-slope", "certified-floor"),
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_copied_with_what_it_names_and_is_sound(name, tmp_path):
    first, *_ = templates.written(name, tmp_path / f"{name.rpartition('/')[2]}.toml")

    ready = prepared(load(first, allow_code=True))

    assert ready.plan.experiment.title.endswith("?")
    assert len(ready.made) >= 2


def test_the_course_is_there_in_its_order_with_the_data_of_its_net():
    course = [name for name in NAMES if name.startswith("course/")]
    assert (
        [name[:9] for name in course] == [f"course/0{n}" for n in range(1, 9)] == [n[:9] for n in NAMES[-8:]]
    )
    assert (templates.folder() / templates.BY_HAND).is_file()
    assert (templates.folder() / "course" / "by-hand.csv").is_file()


def test_they_are_listed_by_name():
    others = [name for name in NAMES if not name.startswith("course/")]
    assert others == sorted(others)


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine.toml").write_text("mine")

    with pytest.raises(StorageError, match=r"mine\.toml: is there already"):
        templates.written("vanishing", tmp_path / "mine.toml")
    assert (tmp_path / "mine.toml").read_text() == "mine"


def test_an_unknown_template_gets_the_nearest():
    with pytest.raises(LabError, match="no template 'vanishin'; did you mean 'vanishing'"):
        templates.written("vanishin")
