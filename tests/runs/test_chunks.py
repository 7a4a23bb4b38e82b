import pytest

from lab.network.parameters import count
from lab.runs.chunks import CHUNK_BYTES, LARGEST_CHUNK, PART_BYTES, bytes_read, chunks
from lab.training.recorder import Recorder
from tests.training.trainings import made_examples, training


@pytest.mark.parametrize("trials", [1, 7, 99, 100, 101, 250])
@pytest.mark.parametrize("sizes", [(1, 1), (64, 30, 30, 10)])
def test_every_trial_is_in_one_chunk(sizes, trials):
    made = chunks(2, training(sizes, count=50), trials)
    assert [t for chunk in made for t in chunk.trials] == list(range(trials))
    assert {chunk.variant for chunk in made} == {2}
    *lengths, last = (len(chunk.trials) for chunk in made)
    assert len(set(lengths)) <= 1
    assert all(last <= length for length in lengths)


def test_small_networks_share_a_chunk_and_a_batch_counts_as_no_more_than_the_examples():
    narrow = training((1, 1))
    assert [len(chunk.trials) for chunk in chunks(0, narrow, LARGEST_CHUNK)] == [LARGEST_CHUNK]
    assert [len(chunk.trials) for chunk in chunks(0, narrow, 2 * LARGEST_CHUNK + 50)] == [84, 84, 82]
    wide = training((64, 1000, 1000, 10), count=20)
    assert [len(chunk.trials) for chunk in chunks(0, wide, 3)] == [1, 1, 1]
    few = made_examples(64, 10, 50)
    large, whole = (training((64, 30, 30, 10), train=few, batch=batch) for batch in (10**9, 50))
    assert chunks(0, large, 40) == chunks(0, whole, 40)


def test_a_chunk_fits_the_cache_and_no_larger_one_would():
    sizes = (64, 30, 30, 10)
    for batch, dtype, itemsize in ((50, "float64", 8), (10, "float32", 4)):
        size = len(chunks(0, training(sizes, count=50, batch=batch, dtype=dtype), 1000)[0].trials)
        trial = itemsize * (5 * sum(sizes) * batch + 3 * count(sizes))
        assert size * trial <= CHUNK_BYTES
        even = -(-1000 // size)  # one chunk fewer would be too large a chunk
        assert -(-1000 // (even - 1)) * trial > CHUNK_BYTES


def test_the_readings_of_a_chunk_stay_within_their_bytes_and_are_counted():
    many = training((2, 4, 1), steps=20_000, every=1)
    readings = Recorder(many.recording, 1, many.network.sizes).readings
    arrays = (readings.layers, readings.figures, readings.histograms, readings.neurons)
    assert bytes_read(many) == sum(array.nbytes for array in arrays)
    several = len(chunks(0, many, 100)[0].trials)
    assert several * bytes_read(many) <= PART_BYTES < 2 * several * bytes_read(many)
    assert len(chunks(0, training((2, 4, 1), steps=400_000, every=1), 3)) == 3
