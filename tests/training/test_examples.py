from itertools import pairwise

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.first_weights import initialised
from lab.network.initialisers import Nielsen
from lab.training.examples import EVALUATED_TOGETHER, Evaluation, Feed, Order, correct, examples
from lab.training.stack import streams_of_trial
from tests.training.trainings import made_examples

Identity = TABLE["identity"]

NETWORK = Network((3, 4, 2), (Tanh(), Sigmoid()), Quadratic())
STREAMS = [streams_of_trial(0, trial) for trial in (0, 1, 2)]


def counted(count, dtype="float64"):
    """Examples whose inputs and targets tell their number."""
    number = np.arange(count, dtype=float)[:, None]
    return examples(
        np.hstack([number, number + 0.25, number + 0.5]), np.hstack([number, -number]), False, dtype
    )


def test_the_largest_rms_of_an_input_leaves_out_the_ones_and_is_computed_once():
    made = counted(3)
    assert made.input_rms == pytest.approx(np.sqrt((0.5**2 + 1.5**2 + 2.5**2) / 3))
    made.x.fill(np.nan)
    assert made.input_rms > 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [1, 2])
def test_examples_and_their_passes_carry_a_last_column_of_ones_and_the_dtype(batch, dtype):
    made = examples(np.array([[1.0, 2], [3, 4]]), np.array([[0.0], [1]]), True, dtype)
    assert np.array_equal(made.x, [[1, 2, 1], [3, 4, 1]])
    assert len(made) == 2
    p = Feed(Network((2, 1), (Identity(),), Quadratic()), made, Order(len(made), batch, STREAMS)).at(0)
    assert (p.a1[0][:, -1] == 1).all()
    blocks = (made.x, made.y, p.y, p.a1[0], p.z[1], p.delta[1])
    assert {block.dtype for block in blocks} == {np.dtype(dtype)}


@pytest.mark.parametrize("batch", [7, 100])
def test_a_batch_of_all_is_one_pass_that_never_changes(batch):
    given = counted(7)
    feed = Feed(NETWORK, given, Order(len(given), batch, STREAMS))
    first, again = feed.at(0), feed.at(1)
    assert first is again
    assert np.array_equal(first.a1[0], given.x.T[None])
    assert np.array_equal(first.y, given.y.T[None])
    assert first.z[1].shape == (3, 4, 7)


def orders(batch, count, epochs, streams=STREAMS):
    """The numbers of the examples that were fed: a list of (T, m) arrays."""
    given, seen = counted(count), []
    feed = Feed(NETWORK, given, Order(len(given), batch, streams))
    for p in map(feed.at, range(epochs * -(-count // batch))):
        number = p.a[0][:, 0].copy()
        assert np.array_equal(
            p.a1[0], np.stack([number, number + 0.25, number + 0.5, number * 0 + 1], axis=1)
        )
        assert np.array_equal(p.y, np.stack([number, -number], axis=1))
        seen.append(number)
    return seen


@pytest.mark.parametrize(("batch", "count"), [(3, 7), (1, 5), (4, 8), (6, 7)])
def test_every_example_is_fed_once_an_epoch_and_the_last_batch_may_be_short(batch, count):
    seen = orders(batch, count, epochs=3)
    per_epoch = -(-count // batch)
    assert [numbers.shape[1] for numbers in seen[:per_epoch]] == [
        min(batch, count - start) for start in range(0, count, batch)
    ]
    for epoch in range(3):
        whole = np.concatenate(seen[epoch * per_epoch : (epoch + 1) * per_epoch], axis=1)
        assert np.array_equal(np.sort(whole, axis=1), np.tile(np.arange(count), (3, 1)))


@pytest.mark.parametrize(("batch", "count"), [(3, 7), (1, 5), (4, 8)])
def test_many_steps_at_once_take_what_they_take_one_by_one(batch, count):
    one, several = (Order(count, batch, STREAMS) for _ in range(2))
    for step, steps in ((0, 2), (2, 7), (9, 1), (10, 12)):
        bounds, rows = several.several(step, steps)
        for at, (start, end) in enumerate(pairwise(bounds)):
            assert np.array_equal(rows[:, start:end], one.rows(step + at))


def test_epochs_and_trials_have_orders_of_their_own():
    seen = [tuple(row) for numbers in orders(11, 12, epochs=2)[::2] for row in numbers]
    assert len(set(seen)) == 6


def test_the_order_of_a_trial_is_its_stream_named_order_whatever_the_others_are():
    together, alone = (np.concatenate(orders(3, 7, 2, of), axis=1) for of in (STREAMS, [STREAMS[1]]))
    assert np.array_equal(together[1:2], alone)
    assert np.array_equal(alone[0, :7], streams_of_trial(0, 1)("order").permutation(7))


@pytest.mark.parametrize("count", [1, 6, EVALUATED_TOGETHER, 2 * EVALUATED_TOGETHER + 3])
@pytest.mark.parametrize("outputs", [1, 2])
def test_evaluation_is_over_all_examples(count, outputs):
    network = Network((3, 4, outputs), (Tanh(), Sigmoid()), Quadratic())
    given = made_examples(3, outputs, count)
    theta = initialised(Nielsen(), network.sizes, STREAMS, np.dtype(np.float64))
    cost, share = Evaluation(network, given, 3).cost_and_accuracy(theta)
    for t in range(3):
        a = given.x[:, :-1]
        for l, sigma in ((1, np.tanh), (2, lambda z: 1 / (1 + np.exp(-z)))):
            a = sigma(a @ theta.w[l][t].T + theta.b[l][t].T)
        assert cost[t] == pytest.approx(0.5 * np.mean(np.sum((a - given.y) ** 2, axis=1)), rel=1e-12)
        if outputs == 1:
            right = np.count_nonzero((a[:, 0] > 0.5) == (given.y[:, 0] == 1))
        else:
            right = np.count_nonzero(a.argmax(axis=1) == given.y.argmax(axis=1))
        assert share[t] == right / count


def test_an_evaluation_sees_the_weights_of_its_moment_and_may_lack_examples_or_classes():
    theta = initialised(Nielsen(), NETWORK.sizes, STREAMS, np.dtype(np.float64))
    none = Evaluation(NETWORK, counted(0), 3).cost_and_accuracy(theta)
    np.testing.assert_array_equal(none, np.full((2, 3), np.nan))
    evaluation = Evaluation(NETWORK, counted(4), 3)
    before, share = evaluation.cost_and_accuracy(theta)
    assert np.isfinite(before).all()
    np.testing.assert_array_equal(share, [np.nan] * 3)
    theta.vector[1] *= 2
    after, _ = evaluation.cost_and_accuracy(theta)
    assert (before == after).tolist() == [True, False, True]


ONE_OUTPUT = np.array([[[0.4, 0.6, 0.5, -3.0]], [[0.6, 0.6, 0.6, np.nan]], [[0.6, 0.6, 0.6, 0.4]]])
THREE_OUTPUTS = np.array([[[0.1, 0.9, 0.3], [0.2, 0.8, 0.3], [0.0, 0.1, 0.4]]])


@pytest.mark.parametrize(
    ("a", "y", "labelled", "right"),
    [
        (THREE_OUTPUTS, np.eye(3)[None, :, [1, 1, 2]], True, [2]),
        (ONE_OUTPUT, np.array([[[0.0, 1, 1, 1]]]), True, [2, np.nan, 2]),  # the class changes at one half
        (ONE_OUTPUT, np.array([[[0.0, 1, 1, 1]]]), False, [np.nan] * 3),
    ],
    ids=["by the largest output", "of one output", "without classes"],
)
def test_what_is_correct(a, y, labelled, right):
    np.testing.assert_array_equal(correct(a, y, labelled), right)
