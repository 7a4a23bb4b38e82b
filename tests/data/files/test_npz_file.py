import zipfile
from io import BytesIO

import numpy as np
import pytest

from tests.data.conftest import refusal


def test_npz_of_x_and_y(load):
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    data = load({"x": images, "y": np.array(["b", "a", "b"])}, 2, 1)
    assert data.x_train.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert data.classes == ("a", "b")
    assert data.y_train.tolist() == [[1], [0]]


def test_npz_of_parts_uses_all_of_both(load):
    content = {"x_train": np.zeros((3, 2)), "y_train": ["a", "b", "c"]}
    content |= {"x_test": np.ones((2, 2)), "y_test": ["c", "a"]}
    data = load(content)
    assert data.y_train.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert data.y_test.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert data.x_test.tolist() == [[1, 1], [1, 1]]
    assert len(load(content, 2, 1).x_test) == 1
    assert load(content, shuffle=True).x_train.tolist() == [[0, 0]] * 3
    assert refusal(load, content, 2, 3) == "a.npz: test = 3 asks for more than the 2 rows there are"
    narrow, numbers = {"x_test": np.ones((2, 1))}, {"y_test": np.array([1, 2])}
    assert refusal(load, content | narrow) == "a.npz: x_train has 2 columns but x_test has 1"
    mixed = "a.npz: one of y_train and y_test holds numbers and the other texts"
    assert refusal(load, content | numbers) == mixed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": [1]}, " holds a, expected the arrays x and y, or x_train, y_train, x_test and y_test"),
        ({"x": [[1.0]], "y": [1, 2]}, ": array y has shape (2,), expected (1,) or (1, outputs)"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0)}, ": array x is empty: its shape is (0, 2)"),
        ({"x": [[1j]], "y": [1]}, ": array x holds complex128, expected numbers"),
        ({"x": [[1.0]], "y": [1j]}, ": array y holds complex128, expected numbers or texts"),
        ({"x": [[1.0]], "y": [["a", "b"]]}, ": array y holds 2 texts a row, expected one label"),
        ({"x": [[0, 1, 2], [3, 4, np.nan]], "y": [0, 1]},
         ": row 2: column 3 of x: the value is missing or NaN"),
    ],
)  # fmt: skip
def test_63_64_npz_that_cannot_be_used(load, content, message):
    assert refusal(load, content).startswith(f"a.npz{message}")


def packed(members):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def header(shape, dtype="<f8"):
    content = BytesIO()
    np.lib.format.write_array_header_1_0(content, {"shape": shape, "fortran_order": False, "descr": dtype})
    return content.getvalue()


def test_68_pickled_objects_are_refused_unopened(load, monkeypatch):
    opened = []
    monkeypatch.setattr("pickle.load", lambda *_, **__: opened.append("load"))
    message = refusal(load, {"x": [[1.0]], "y": np.array([object], dtype=object)})
    assert "array y holds Python objects (pickled), which are never loaded" in message
    assert opened == []


ARRAY = header((1,)) + bytes(8)


def test_69_an_array_of_more_than_its_bytes_or_than_2_gib_is_refused_by_the_size_it_states(load):
    content = packed({"x.npy": header((10**12, 2)), "y.npy": ARRAY})
    damage = "a.npz: array x is damaged: shape (1000000000000, 2) of float64 does not fit"
    assert refusal(load, content, name="a.npz").startswith(damage)
    content = bytearray(packed({"x.npy": ARRAY, "y.npy": ARRAY}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (3 * 2**30).to_bytes(4, "little")
    large = "a.npz: array x: 3.0 GiB, expected at most 2 GiB"
    assert refusal(load, bytes(content), name="a.npz") == large


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a zip", " is not an .npz file: File is not a zip file"),
        (packed({"x.npy": b"nothing", "y.npy": b""}), " is damaged or of an unknown kind: "),
        (packed({"x.npy": ARRAY, "y.npy": ARRAY})[:150], " is not an .npz file: File is not a zip file"),
    ],
    ids=["no-zip", "no-array", "cut-off"],
)
def test_damaged_archives(load, content, message):
    assert refusal(load, content, name="a.npz").startswith(f"a.npz{message}")


@pytest.mark.parametrize(
    ("x", "y"),
    [("X", "y"), ("data", "target"), ("images", "labels"), ("features", "label"), ("arr_0", "arr_1")],
)
def test_arrays_by_the_names_that_others_give_them(load, x, y):
    data = load({x: np.array([[1.0], [2.0]]), y: np.array([0.5, 1.5])})
    assert data.x_train.tolist() == [[1], [2]]
    assert data.y_train.tolist() == [[0.5], [1.5]]
    assert data.notes == (f"read from the arrays {x}, {y}",)


@pytest.mark.parametrize("form", ["{0}_{1}", "{1}_{0}"])
def test_parts_by_other_names_and_arrays_that_are_not_used(load, form):
    sizes = {"train": 3, "val": 1, "test": 2}
    parts = [(name, part) for name in ("X", "labels") for part in sizes]
    arrays = {form.format(name, part): np.full((sizes[part], 1), 0.5) for name, part in parts}
    data = load(arrays)
    assert (len(data.x_train), len(data.x_test)) == (3, 2)
    assert data.notes[1].startswith("arrays not used: ")
    del arrays[form.format("X", "test")]
    data = load(arrays)
    assert (len(data.x_train), len(data.x_test)) == (3, 1)
    del arrays[form.format("X", "val")]
    data = load(arrays)
    assert (len(data.x_train), len(data.x_test)) == (3, 0)


def test_a_test_part_beside_plain_names_is_one(load):
    x, y = np.arange(6.0).reshape(-1, 1), np.arange(6.0) / 7
    data = load({"x": x, "y": y, "x_test": -x[:2], "y_test": y[:2]})
    assert (len(data.x_train), data.x_test.tolist()) == (6, [[0], [-1]])
    data = load({"trainX": x, "trainY": y, "testX": x[:2], "testY": y[:2], "x": x, "y": y})
    assert (len(data.x_train), len(data.x_test)) == (6, 2)
    assert data.notes[1] == "arrays not used: x, y"


def test_a_test_part_alone_is_no_data_set(load):
    message = refusal(load, {"x_test": [[1.0]], "y_test": [1]})
    assert message.startswith("a.npz holds x_test, y_test, expected")


@pytest.mark.parametrize(
    "text",
    [
        f"{{'descr': '<f8', 'fortran_order': False, 'shape': (0, {10**30})}}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -3)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (True, 1.5)}",
        "{'descr': '|V2147483647', 'fortran_order': False, 'shape': (9,)}",
        "{'descr': [('a', '<f8', (1000, 1000, 1000, 1000))], 'fortran_order': False, 'shape': (1,)}",
        "{[]: 1}",
        "(" * 400,
    ],
)
def test_69_a_header_of_no_shape_is_damage(load, text):
    head = f"{text}\n".encode()
    member = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + bytes(64)
    said = refusal(load, packed({"x.npy": member, "y.npy": member}), name="a.npz")
    assert "is damaged" in said


def test_69_a_header_is_not_read_for_as_long_as_it_says(load):
    member = b"\x93NUMPY\x02\x00" + (2**31 - 64).to_bytes(4, "little") + b" " * 20_000
    said = refusal(load, packed({"x.npy": member, "y.npy": member}), name="a.npz")
    assert said == "a.npz: array x is damaged: its header has 2147483584 bytes"


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        ((5, 40), (40,), "save x.T"),
        ((5, 40), (3, 40), "save x.T and y.T"),
        ((8, 8, 3, 40), (40,), "save numpy.moveaxis(x, -1, 0)"),
        ((40, 5), (39,), "as x has shape (40, 5)"),
    ],
)
def test_examples_along_the_last_axis_are_told(load, x, y, told):
    assert refusal(load, {"x": np.zeros(x), "y": np.zeros(y)}).endswith(told)


def test_features_and_targets_that_are_swapped_are_told(load):
    labels, features = np.arange(40) % 3, np.linspace(-1, 1, 200).reshape(40, 5)
    assert any(note.endswith("the two are swapped") for note in load({"x": labels, "y": features}).notes)
    assert not any("swapped" in note for note in load({"x": features, "y": labels}).notes)
