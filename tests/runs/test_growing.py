import pytest

from lab.errors import StorageError
from lab.parts import KEYS
from lab.runs.files.folder import RunFolder
from lab.runs.growing import Growing, tables_so_far
from lab.runs.parts import keys_of
from lab.runs.runner import Terms, begun, resumed, run
from lab.runs.tables import PIECED
from lab.runs.work import tasks, workers
from lab.storage import remove
from tests.runs.test_runner import made


@pytest.fixture
def ready(small):
    return made(small, {"trials.seeds": 2, "training.steps": 2})


@pytest.fixture
def whole(ready, root):
    """A run whose parts are there, two variants of one chunk each."""
    return run(ready, root)


def text(folder: RunFolder, name: str) -> str:
    return (folder.path / "tables" / f"{name}.csv").read_text()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_tables_have_the_order_of_the_chunks_whatever_order_these_end_in(order, ready, whole, root):
    folder, chunks = begun(ready, root), whole.parts.chunks
    put = []
    with folder.growing_tables() as grow:
        growing = Growing(ready, whole, lambda name, piece: (grow(name, piece), put.append(name)), {}, chunks)
        for at in order:
            growing.ended(chunks[at], kept=True)
            assert bool(put) == (0 in order[: order.index(at) + 1])
        growing.finished([], {})
    assert {name: text(folder, name) for name in PIECED} == {name: text(whole, name) for name in PIECED}
    assert growing.keys == dict(zip(chunks, keys_of(ready), strict=True))
    assert len(growing.seconds) == 4


def test_where_variants_record_other_quantities_each_has_its_own_and_lacks_the_others(small, root):
    asked = [["learning_speed"], ["saturation", "learning_speed"], ["weight_norm"]]
    changes = {"trials.seeds": 2, "training.steps": 2}
    layers = run(made(small, changes | {"vary": {"record.quantities": asked}}), root).table("layers")
    assert list(layers)[len(KEYS) :] == ["learning_speed", "saturation", "weight_norm"]
    for names, (_, rows) in zip(asked, layers.groupby("variant", sort=False), strict=True):
        alone = run(made(small, changes | {"vary": {"record.quantities": [names]}}), root).table("layers")
        assert set(rows.columns[rows.notna().all()]) - set(KEYS) == set(names)
        for name in names:
            assert rows[name].tolist() == alone[name].tolist()


def test_a_chunk_that_was_not_kept_is_left_out_and_stops_no_other(ready, whole, root):
    first, second = whole.parts.chunks
    folder = begun(ready, root)
    with folder.growing_tables() as grow:
        growing = Growing(ready, whole, grow, {}, [first, second])
        growing.ended(second, kept=True)
        growing.ended(first, kept=False)
        growing.finished([], {})
    layers = folder.table("layers")
    assert layers["variant"].unique().tolist() == [ready.made[second.variant][0].label]
    assert list(growing.keys) == [second]


def test_no_table_is_left_where_a_part_cannot_be_read(ready, whole, root):
    first, second = whole.parts.chunks
    folder = begun(ready, root)
    remove(whole.parts.path(second))

    def grown():
        with folder.growing_tables() as grow:
            growing = Growing(ready, whole, grow, {}, [first, second])
            growing.ended(first, kept=True)
            growing.ended(second, kept=True)

    with pytest.raises(StorageError):
        grown()
    assert list((folder.path / "tables").iterdir()) == []


def test_a_run_under_way_has_the_tables_of_what_was_read_by_then(small, root, monkeypatch):
    """Also of chunks that are not at their end, of which what is read is that of the whole run."""
    monkeypatch.setattr(workers, "HEARING_SECONDS", 0.0)
    monkeypatch.setattr(tasks, "CHECKPOINT_SHARE", float("inf"))
    ready = made(small, {"network.hidden": [3], "training.steps": 30})
    folder, seen, told = begun(ready, root), [], []

    def look(done):
        told.append(done)
        if len(told) % 12 == 0:
            seen.append(tables_so_far(ready, folder))

    resumed(ready, folder, Terms(keep_seconds=0.0), look)
    whole = {name: folder.table(name) for name in ("layers", "steps", "histograms")}
    fates = [set(found["trials"]["status"]) for found in seen]
    assert {"running"} in fates
    assert {"running", "done"} in fates
    for found in seen:
        assert found["trials"].query("status == 'running'")["final_cost"].isna().all()
        for name, table in whole.items():
            early = found[name].drop(columns="status", errors="ignore")
            same = early.merge(table.drop(columns="status", errors="ignore"), how="inner")
            assert len(same) == len(early)
    sizes = [len(found["layers"]) for found in seen]
    assert sizes == sorted(set(sizes))
