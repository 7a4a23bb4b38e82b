"""The data sets made from the seed, and the one built in."""

from math import pi
from pathlib import Path

import numpy as np
import pytest

import lab.data
from lab.data import source
from lab.data.files.kinds import KINDS
from lab.numerics import stream
from tests.data.conftest import refusal

SEEDED = ["xor", "moons", "circles", "spirals", "parity", "teacher"]
NOISY = {"xor": {"noise": 0.1}, "parity": {"bits": 10, "noise": 0.1}}


def load(name, train=None, test=None, seed=0, **parameters):
    return source(name, parameters).load(train, test, seed, Path())


def noisy(name, *rows_and_seed):
    return load(name, *rows_and_seed, **NOISY.get(name, {}))


@pytest.mark.parametrize("name", SEEDED)
def test_more_rows_keep_the_first_and_more_test_rows_never_change_the_train_rows(name):
    few, wide, long = noisy(name, 10, 3), noisy(name, 10, 90), noisy(name, 90, 0)
    assert np.array_equal(few.x_train, wide.x_train)
    assert np.array_equal(few.y_train, wide.y_train)
    assert np.array_equal(few.x_test, wide.x_test[:3])
    assert np.array_equal(few.x_train, long.x_train[:10])
    assert np.allclose(few.y_train, long.y_train[:10], rtol=1e-14)


@pytest.mark.parametrize("name", SEEDED)
def test_the_seed_decides(name):
    one, same, other = (noisy(name, 20, 20, seed) for seed in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256
    assert not np.array_equal(one.x_train, one.x_test)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "teacher", "xor"])
def test_usually_1000_train_and_500_test(name):
    data = noisy(name)
    assert (len(data.x_train), len(data.x_test)) == (1000, 500)


def test_streams_are_named_by_purpose():
    assert stream(3, "a").random() == stream(3, "a").random()
    assert stream(3, "a").random() != stream(3, "b").random()
    assert stream(3, "a").random() != stream(4, "a").random()


def test_moons_without_noise_lie_on_their_half_circles():
    data = load("moons", 100, noise=0.0)
    x, label = data.x_train, data.y_train[:, 0]
    upper, lower = x[label == 0], x[label == 1]
    assert len(upper) == len(lower) == 50
    assert np.allclose(np.hypot(*upper.T), 1)
    assert (upper[:, 1] >= 0).all()
    assert np.allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1)
    assert (lower[:, 1] <= 0.5).all()


def test_circles_without_noise_have_their_radii():
    data = load("circles", 100, noise=0.0, inner=0.25)
    assert np.allclose(np.hypot(*data.x_train.T), np.where(data.y_train[:, 0] == 0, 1, 0.25))


def test_spirals_without_noise_lie_on_their_arms():
    data = load("spirals", 99, noise=0.0, arms=3, turns=1.5)
    assert data.classes == ("0", "1", "2")
    radius = np.hypot(*data.x_train.T)
    arm = data.y_train.argmax(axis=1)
    expected = 2 * pi * (1.5 * radius + arm / 3)
    found = np.arctan2(data.x_train[:, 1], data.x_train[:, 0])
    assert np.allclose(np.exp(1j * found), np.exp(1j * expected))
    assert np.bincount(arm).tolist() == [33, 33, 33]


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "xor"])
def test_noise_is_the_standard_deviation_around_the_same_points(name):
    exact = load(name, 4 if name == "xor" else 4000, noise=0.0).x_train
    astray = load(name, 4000, noise=0.3).x_train - np.resize(exact, (4000, 2))
    assert np.allclose(astray.mean(axis=0), 0, atol=0.02)
    assert np.allclose(astray.std(axis=0), 0.3, rtol=0.04)


def test_xor_is_four_rows():
    data = load("xor")
    assert data.x_train.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.y_train.tolist() == [[0], [1], [1], [0]]
    assert data.x_test.shape == (0, 2)
    assert data.classes == ("0", "1")
    assert refusal(load, "xor", 5) == "xor: train = 5 asks for more than the 4 rows there are"


def test_parity_splits_all_rows_without_repeating_one():
    data = load("parity", 10, 6, bits=4)
    rows = np.concatenate([data.x_train, data.x_test])
    assert sorted((rows @ [8, 4, 2, 1]).tolist()) == list(range(16))
    outputs = np.concatenate([data.y_train, data.y_test])[:, 0]
    assert np.array_equal(outputs, rows.sum(axis=1) % 2)
    assert load("parity").x_train.shape == (16, 4)
    more = "parity: train = 10 and test = 7 make 17 rows, but there are 16"
    assert refusal(load, "parity", 10, 7, bits=4) == more


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_teacher_is_the_same_network_for_both_parts(classes):
    """The target is its answer, or the label of its largest output; two classes have one output."""
    data = load("teacher", 200, 100, features=2, hidden=3, classes=classes)
    draw = stream(0, "data/teacher/network")
    w, b, v = draw.standard_normal((3, 2)), draw.standard_normal(3), draw.standard_normal((classes or 1, 3))
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        expected = np.array([v @ np.tanh(w @ row / 2**0.5 + b) / 3**0.5 for row in x])
        if classes:
            expected = np.eye(classes)[expected.argmax(axis=1)][:, -1 if classes == 2 else 0 :]
        assert y.shape == expected.shape
        assert np.allclose(y, expected, rtol=1e-12)
    assert data.classes == tuple("0123"[:classes])


def test_teacher_noise_is_on_the_target_only():
    exact, blurred = load("teacher", 4000), load("teacher", 4000, noise=0.5)
    assert np.array_equal(exact.x_train, blurred.x_train)
    assert (blurred.y_train - exact.y_train).std() == pytest.approx(0.5, rel=0.04)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("moons", {"noise": -0.1}, "'moons': noise = -0.1, expected a standard deviation, 0 or more"),
        ("xor", {"noise": -1.0}, "'xor': noise = -1, expected a standard deviation, 0 or more"),
        ("circles", {"inner": 1.0}, "'circles': inner = 1, expected a radius between 0 and 1"),
        ("spirals", {"arms": 1}, "'spirals': arms = 1, expected at least 2"),
        ("spirals", {"turns": 0.0}, "'spirals': turns = 0, expected more than 0"),
        ("parity", {"bits": 21}, "'parity': bits = 21, expected 2 to 20"),
        ("teacher", {"hidden": 0}, "'teacher': hidden = 0, expected at least 1"),
        ("teacher", {"classes": 1},
         "'teacher': classes = 1, expected 0 for a number as the target, or 2 or more"),
        ("moons", {"noice": 0.1},
         "'moons' has no parameter 'noice'; did you mean 'noise'? its parameters: noise"),
        ("digits", {"noise": 0.1}, "'digits' has no parameter 'noise'; it has no parameters"),
        ("mnist", {"skip": -1}, "'mnist': skip = -1, expected 0 or more"),
    ],
)  # fmt: skip
def test_parameters_are_checked(name, parameters, message):
    assert refusal(source, name, parameters) == message


@pytest.mark.parametrize("name", ["moons", "spirals", "teacher"])
def test_absurd_sizes_are_refused_before_they_are_made(name):
    message = refusal(load, name, 10**12)
    assert message.startswith(f"{name}: train = 1000000000000: ")
    assert message.endswith(" TiB, expected at most 2 GiB")
    assert refusal(load, "teacher", hidden=10**13).startswith("teacher: its weights: ")


def test_digits_are_the_first_rows_as_they_stand():
    data = load("digits")
    assert data.x_train.shape == (1000, 64)
    assert data.x_test.shape == (500, 64)
    assert data.y_train[:10].argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (data.x_train.min(), data.x_train.max()) == (0, 1)
    assert (data.x_train[0, :8] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert data.classes == tuple("0123456789")
    assert data.notes == ()
    assert np.array_equal(load("digits", 20, 5).x_test, data.x_train[20:25])


def test_digits_have_1797_rows():
    data = load("digits", 1797)
    assert len(data.x_test) == 0
    assert data.y_train.sum(axis=0).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    more = "digits: train = 1500 and test = 298 make 1798 rows, but there are 1797"
    assert refusal(load, "digits", 1500, 298) == more


def test_the_licence_of_the_digits_lies_beside_them():
    note = Path(lab.data.__file__).with_name("DIGITS.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in note
    assert "Alpaydin" in note


def test_an_unknown_name_with_a_suffix_is_told_the_kinds_of_files():
    message = refusal(source, "iris.cvs", {})
    assert message.startswith("unknown data set 'iris.cvs'; ")
    assert message.endswith(f"; the path of a file ends in one of {KINDS}")


def test_a_file_of_another_kind_is_told_as_that(tmp_path):
    for name in ("iris.csv", "iris.names", "iris.test"):
        (tmp_path / name).touch()
    for name in ("iris.names", "iris.test"):
        message = f"{name!r} is a file of a kind that is not read, expected one of {KINDS}"
        assert refusal(source, name, {}, folder=tmp_path) == message
