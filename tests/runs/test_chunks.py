import io

import numpy as np
import pytest

from lab.errors import StorageError
from lab.network.parameters import count
from lab.runs.chunks import CHUNK_BYTES, LARGEST_CHUNK, Chunk, chunks, keep, kept
from lab.storage import seal
from lab.training.loop import train
from tests.training.trainings import made_examples, training, unlike


def test_a_chunk_names_its_trials_and_its_part(tmp_path):
    chunk = Chunk(variant=3, first=20, stop=40)
    assert chunk.trials == range(20, 40)
    assert chunk.path(tmp_path) == tmp_path / "variant-0003-trials-00020-00039.npz"


@pytest.mark.parametrize("trials", [1, 7, 99, 100, 101, 250])
@pytest.mark.parametrize("sizes", [(1, 1), (64, 30, 30, 10)])
def test_every_trial_is_in_one_chunk(sizes, trials):
    made = chunks(2, training(sizes, count=50), trials)
    assert [t for chunk in made for t in chunk.trials] == list(range(trials))
    assert {chunk.variant for chunk in made} == {2}
    lengths = {len(chunk.trials) for chunk in made[:-1]}
    assert len(lengths) <= 1
    assert all(len(made[-1].trials) <= length for length in lengths)


def test_small_networks_share_a_chunk_and_large_ones_have_their_own():
    narrow = training((1, 1))
    assert [len(chunk.trials) for chunk in chunks(0, narrow, LARGEST_CHUNK)] == [LARGEST_CHUNK]
    assert [len(chunk.trials) for chunk in chunks(0, narrow, 2 * LARGEST_CHUNK + 50)] == [84, 84, 82]
    wide = training((64, 1000, 1000, 10), count=20)
    assert [len(chunk.trials) for chunk in chunks(0, wide, 3)] == [1, 1, 1]


def test_a_chunk_fits_the_cache_and_no_larger_one_would():
    sizes = (64, 30, 30, 10)
    for batch, dtype, itemsize in ((50, "float64", 8), (10, "float32", 4)):
        size = len(chunks(0, training(sizes, count=50, batch=batch, dtype=dtype), 1000)[0].trials)
        trial = itemsize * (5 * sum(sizes) * batch + 3 * count(sizes))
        assert size * trial <= CHUNK_BYTES
        even = -(-1000 // size)  # one chunk fewer would be too large a chunk
        assert -(-1000 // (even - 1)) * trial > CHUNK_BYTES


def test_a_batch_beyond_the_examples_counts_as_all_of_them():
    few = made_examples(64, 10, 50)
    large, whole = (training((64, 30, 30, 10), train=few, batch=batch) for batch in (10**9, 50))
    assert chunks(0, large, 40) == chunks(0, whole, 40)


def test_a_part_is_read_as_it_was_kept(tmp_path):
    readings = train(training((3, 4, 2), batch=3, dtype="float32"), range(3))
    path = tmp_path / "part.npz"
    keep(readings, path)
    again = kept(path)
    assert unlike(readings, again) == []
    assert again.seconds == readings.seconds
    assert again.columns == readings.columns
    assert again.steps.dtype == np.int64


def test_a_part_holds_plain_arrays_only(tmp_path):
    keep(train(training((1, 1)), range(1)), tmp_path / "part.npz")
    with np.load(tmp_path / "part.npz", allow_pickle=False) as part:
        assert {part[name].dtype.kind for name in part.files} == {"f", "i", "U"}


def test_the_same_readings_make_the_same_bytes(tmp_path):
    readings = train(training((3, 4, 2)), range(2))
    for name in ("one.npz", "two.npz"):
        keep(readings, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_part_without_single_neurons_has_no_room_for_them(tmp_path):
    with_neurons, without = (train(training((3, 4, 2), neurons=asked), range(2)) for asked in (True, False))
    keep(without, tmp_path / "without.npz")
    again = kept(tmp_path / "without.npz")
    assert (again.widths, again.neurons) == (None, None)
    assert unlike(again, with_neurons) == ["widths", "neurons"]
    with np.load(tmp_path / "without.npz", allow_pickle=False) as part:
        assert part.files == [
            *("steps", "layers", "columns", "figures", "histogram_steps", "histograms", "diverged", "final"),
            "seconds",
        ]


def test_a_missing_part_is_told(tmp_path):
    with pytest.raises(StorageError, match=r"part.npz: cannot be read: No such file or directory"):
        kept(tmp_path / "part.npz")


def test_a_damaged_part_is_told(tmp_path):
    path = tmp_path / "part.npz"
    keep(train(training((1, 1)), range(1)), path)
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"part.npz: is damaged"):
        kept(path)


def other_npz():
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, steps=np.arange(3))
    return file.getvalue()


@pytest.mark.parametrize("content", [b"no archive at all", b"", b"PK\x03\x04 torn", other_npz()])
def test_a_sealed_file_that_is_no_part_is_told(tmp_path, content):
    path = tmp_path / "part.npz"
    seal(path, content)
    with pytest.raises(StorageError, match=r"part.npz: is no part of a run"):
        kept(path)
