import io
from dataclasses import replace

import numpy as np
import pytest

from lab.errors import StorageError
from lab.runs.chunks import Chunk
from lab.runs.files.part_files import PartFiles
from lab.runs.identity import Key
from lab.storage import seal
from lab.training.loop import train
from tests.training.trainings import training, unlike

CHUNK = Chunk(variant=3, first=20, stop=22)
PART = "variant-0003-trials-00020-00021.npz"
KEY = Key({"eta": "0.1"}, {"numpy": "2.2"})


@pytest.fixture
def parts(tmp_path):
    return PartFiles(tmp_path)


def kept(parts, chunk=CHUNK):
    """The readings of a part, with counts as wide as they are recorded, and its key."""
    readings, key = parts.read(chunk)
    return replace(readings, histograms=readings.histograms.astype(np.int64)), key


def test_a_part_is_read_as_it_was_kept_and_the_same_readings_make_the_same_bytes(parts):
    readings = train(training((3, 4, 2), batch=3, dtype="float32"), range(2))
    parts.keep_checkpoint(CHUNK, {"step": np.array(7)}, KEY)
    assert parts.checkpoint(CHUNK, KEY) == {"step": 7}
    assert (parts.under_way, parts.chunks) == ([CHUNK], [])
    parts.keep(CHUNK, readings, KEY)
    assert {path.name for path in parts.folder.iterdir()} == {PART, f"{PART}.sha256"}
    assert parts.checkpoint(CHUNK, KEY) is None
    assert (parts.under_way, parts.chunks) == ([], [CHUNK])
    assert parts.read(CHUNK)[0].histograms.dtype == np.uint8
    again, key = kept(parts)
    assert key == KEY
    assert unlike(readings, again) == []
    assert again.seconds == readings.seconds
    assert again.columns == readings.columns
    assert again.steps.dtype == np.int64
    parts.keep(Chunk(0, 0, 2), readings, KEY)
    one, two = parts.folder.glob("*.npz")
    assert one.read_bytes() == two.read_bytes()


def test_a_part_holds_plain_arrays_only_and_no_room_for_what_was_not_asked(parts):
    with_neurons, without = (train(training((3, 4, 2), neurons=asked), range(2)) for asked in (True, False))
    parts.keep(CHUNK, without, KEY)
    again, _ = kept(parts)
    assert (again.widths, again.neurons) == (None, None)
    assert unlike(again, with_neurons) == ["widths", "neurons"]
    with np.load(parts.folder / PART, allow_pickle=False) as part:
        assert {part[name].dtype.kind for name in part.files} == {"f", "i", "u", "U"}
        assert part.files == [
            *("key", "steps", "layers", "columns", "figures", "histogram_steps", "histograms"),
            *("diverged", "final", "seconds"),
        ]


def test_a_part_keeps_where_a_trial_lost_its_first_number(parts):
    found = {"origin": np.array(["", "σ′ is NaN"]), "origin_at": np.array([[np.nan, np.nan], [2, -0.5]])}
    readings = replace(train(training((1, 1)), range(2)), **found)
    parts.keep(CHUNK, readings, KEY)
    assert unlike(kept(parts)[0], readings) == []


def test_a_missing_part_and_a_damaged_one_are_refused(parts):
    with pytest.raises(StorageError, match=rf"{PART}: cannot be read: No such file or directory"):
        parts.read(CHUNK)
    parts.keep(CHUNK, train(training((1, 1)), range(2)), KEY)
    path = parts.folder / PART
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=rf"{PART}: is damaged"):
        parts.read(CHUNK)
    parts.keep(CHUNK, train(training((1, 1)), range(1)), KEY)
    with pytest.raises(StorageError, match=rf"{PART}: is damaged: it has other trials than its name"):
        parts.read(CHUNK)


def test_a_checkpoint_of_another_key_or_a_damaged_one_is_none(parts):
    parts.keep_checkpoint(CHUNK, {"step": np.array(7)}, KEY)
    assert parts.checkpoint(CHUNK, replace(KEY, trained={"eta": "0.2"})) is None
    path = next(parts.folder.glob("*.checkpoint"))
    path.write_bytes(path.read_bytes()[:-1])
    assert parts.checkpoint(CHUNK, KEY) is None


def other_npz():
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, steps=np.arange(3))
    return file.getvalue()


@pytest.mark.parametrize("content", [b"no archive at all", b"", b"PK\x03\x04 torn", other_npz()])
def test_a_sealed_file_that_is_not_a_part_is_refused(parts, content):
    seal(parts.folder / PART, content)
    with pytest.raises(StorageError, match=rf"{PART}: is not a part of a run"):
        parts.read(CHUNK)


@pytest.mark.parametrize(("count", "dtype"), [(255, "u1"), (256, "u2"), (2**32, "u8")])
def test_histograms_are_as_narrow_as_their_counts_and_lose_none(parts, count, dtype):
    readings = train(training((1, 1)), range(2))
    for histograms in (readings.histograms * 0 + count, readings.histograms[:0]):
        parts.keep(CHUNK, replace(readings, histograms=histograms), KEY)
        found = parts.read(CHUNK)[0].histograms
        assert np.array_equal(found, histograms)
        assert found.dtype == (dtype if found.size else np.uint8)
