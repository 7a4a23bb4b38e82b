import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from lab.figures.drawing.marks import MOST_ASIDE, End, end_labels, spread


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.01, 0.1))
def test_labels_end_up_apart_and_in_order(places, gap):
    moved = spread(np.array(places), gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    assert np.mean(moved) == pytest.approx(np.mean(places))


@pytest.mark.parametrize(
    ("places", "moved"),
    [
        pytest.param([0.9, 0.1, 0.5], [0.9, 0.1, 0.5], id="labels that are apart stay"),
        pytest.param([0.5, 0.5, 0.5], [0.4, 0.5, 0.6], id="labels at one place stand around it"),
        pytest.param([0.1, 0.2, 0.3, 0.31], [0.0775, 0.1775, 0.2775, 0.3775], id="blocks that meet join"),
    ],
)
def test_labels_move_as_little_as_possible(places, moved):
    assert spread(np.array(places), 0.1) == pytest.approx(moved, rel=1e-15)


def test_only_labels_at_the_same_end_move_each_other():
    ax = Figure().subplots()
    ax.set_ylim(0, 1)
    end_labels(ax, [End(1, 0.5, "a", "k"), End(2, 0.5, "b", "k"), End(2, 0.25, "c", "k")], 2.0)
    told = {text.get_text(): text.xy for text in ax.texts}
    assert told == {"a": (1, 0.5), "b": (2, 0.5), "c": (2, 0.25)}


def test_a_line_that_left_the_panel_is_labelled_at_its_edge_and_moves_no_other():
    ax = Figure().subplots()
    ax.set(yscale="log", ylim=(1e-3, 1))
    end_labels(ax, [End(1, y, str(y), "k") for y in (1e-2, 0.1, 1e200, 1e-200)], 2.0)
    told = {text.get_text(): text.xy[1] for text in ax.texts}
    assert told == pytest.approx({"0.01": 1 / 3, "0.1": 2 / 3, "1e+200": 1, "1e-200": 0})


def test_labels_that_are_pushed_from_the_top_leave_those_below_where_they_are():
    places = [0.2, 0.97, 0.98, 0.99]
    assert spread(np.array(places), 0.1, 0.0, 1.0) == pytest.approx([0.2, 0.8, 0.9, 1.0])
    below = 1 - np.array(places)
    assert spread(below, 0.1, 0.0, 1.0) == pytest.approx([0.8, 0.2, 0.1, 0.0])


def test_labels_that_have_no_room_begin_at_the_lowest_place():
    assert spread(np.array([0.5, 0.5, 0.5]), 0.6, 0.0, 1.0) == pytest.approx([0.0, 0.6, 1.2])


@pytest.mark.parametrize(
    ("places", "labelled"),
    [
        pytest.param(np.linspace(0, 1, 30), 10, id="of many lines"),
        pytest.param(0.5 + np.arange(12) / 1000, MOST_ASIDE, id="of lines that lie close"),
    ],
)
def test_so_many_are_labelled_the_first_and_the_last_among_them(places, labelled):
    ax = Figure().subplots()
    end_labels(ax, [End(1, y, str(place), "k") for place, y in enumerate(places, start=1)], 2.0)
    told = [text.get_text() for text in ax.texts]
    assert (told[0], told[-1], len(told)) == ("1", str(len(places)), labelled)
