import pytest

from lab.experiment.variants import load
from lab.runs.preparation import prepared
from lab.runs.runner import prepared_again, resumed, run
from lab.runs.verification import verified
from lab.storage import remove, seal


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, made once, and its files."""
    from tests.conftest import SMALL

    path = tmp_path_factory.mktemp("verified") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return run(prepared(load(path)), path.parent / "results")


def problems(folder):
    return [one.file for one in verified(folder) if one.problem]


def test_a_run_is_whole_as_it_was_written(made):
    assert problems(made) == []
    files = {one.file for one in verified(made)}
    assert {"run.json", "resolved.toml", "tables/layers.csv"} <= files
    assert sum(file.startswith("trials/") for file in files) == 2


@pytest.mark.parametrize("file", ["trials/variant-0000-trials-00000-00002.npz", "tables/steps.csv"])
@pytest.mark.filterwarnings("ignore:.*is damaged")
def test_a_flipped_bit_is_found_named_and_mended(made, file):
    path = made.path / file
    content = bytearray(path.read_bytes())
    for at in (0, len(content) // 2, len(content) - 1):
        content[at] ^= 1
        path.write_bytes(content)
        assert problems(made) == [file]
        content[at] ^= 1
    path.write_bytes(content[:-7])
    assert problems(made) == [file]
    resumed(prepared_again(made), made)
    assert problems(made) == []


def test_what_is_lost_is_found(made):
    info = made.info
    chunk = made.chunks[0]
    table, part = made.path / "tables" / "steps.csv", made.part_path(chunk)
    kept = table.read_bytes(), part.read_bytes()
    table.unlink()
    remove(part)
    (made.path / "run.json").write_text("{}")
    assert problems(made) == ["run.json", "tables/steps.csv"]
    made.describe(info)
    assert problems(made) == ["run.json", "tables/steps.csv"]
    table.write_bytes(kept[0])
    seal(part, kept[1])
    assert problems(made) == []
