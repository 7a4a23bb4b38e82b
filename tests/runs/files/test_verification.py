import shutil

import pytest

import lab
from lab.errors import StorageError
from lab.experiment.variants import load
from lab.runs.files.folder import RunFolder
from lab.runs.files.verification import verified
from lab.runs.preparation import prepared, prepared_again
from lab.runs.runner import resumed, run
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
    chunk = made.parts.chunks[0]
    table, part = made.path / "tables" / "steps.csv", made.parts.path(chunk)
    kept = table.read_bytes(), part.read_bytes()
    part.unlink()
    assert problems(made) == [str(part.relative_to(made.path))]
    table.unlink()
    remove(part)
    (made.path / "run.json").write_text("{}")
    assert problems(made) == ["run.json", "tables/steps.csv"]
    made.describe(info)
    assert problems(made) == ["run.json", "tables/steps.csv"]
    table.write_bytes(kept[0])
    seal(part, kept[1])
    assert problems(made) == []


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A run with its page and a plot."""
    from tests.conftest import SMALL

    path = tmp_path_factory.mktemp("drawn") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    made = lab.run(path, results=path.parent / "results", plots=False)
    made.save_plots(["training"])
    made.save_report()
    return made


WRITTEN = ("run.json", "experiment.toml", "resolved.toml", "report.html", "plots/training.png")


@pytest.mark.parametrize("file", WRITTEN)
def test_each_file_that_a_run_writes_is_told_where_it_changed_or_is_lost(drawn, file):
    assert problems(drawn.folder) == []
    assert all(one.summed for one in verified(drawn.folder))
    path = drawn.path / file
    content = path.read_bytes()
    path.write_bytes(content.replace(b"1", b"2") + b"\n")
    assert problems(drawn.folder) == [file]
    path.unlink()
    assert problems(drawn.folder) == [file]
    path.write_bytes(content)
    assert problems(drawn.folder) == []


def test_what_is_written_again_is_whole(drawn, tmp_path):
    page = drawn.path / "report.html"
    content = page.read_bytes()
    page.write_text("")
    drawn.save_report()
    assert page.read_bytes() == content
    drawn.save_plots(["training", "saturation"], formats=["svg"], width=4.0)
    drawn.save_plots(["training"], tmp_path)
    drawn.save_report(tmp_path)
    assert problems(drawn.folder) == []
    assert "plots/saturation.svg" in {one.file for one in verified(drawn.folder)}


def test_a_run_without_sums_is_told_as_such(drawn, tmp_path):
    old = tmp_path / drawn.folder.name / drawn.folder.id
    shutil.copytree(drawn.path, old)
    (old / "SHA256SUMS").unlink()
    (old / "tables" / "SHA256SUMS").unlink()
    found = verified(RunFolder(old))
    assert not any(one.problem for one in found)
    assert {*WRITTEN, "tables/layers.csv"} <= {one.file for one in found if not one.summed}
    (old / "resolved.toml").unlink()
    assert problems(RunFolder(old)) == ["resolved.toml"]


@pytest.mark.filterwarnings("ignore:.*is of another training")
def test_a_run_whose_resolved_file_was_changed_does_not_go_on(drawn, tmp_path):
    changed = tmp_path / drawn.folder.name / drawn.folder.id
    shutil.copytree(drawn.path, changed)
    file = changed / "resolved.toml"
    file.write_text(file.read_text().replace("eta = 0.1", "eta = 0.2"))
    with pytest.raises(StorageError, match=r"resolved\.toml: is damaged: .*put back what was written"):
        prepared_again(RunFolder(changed))
