import tomllib
from pathlib import Path

import numpy as np
import pytest

from lab.analysis.answers import seen, told
from lab.analysis.summary import by_layer
from lab.experiment.checks import wrong_lines
from lab.experiment.templates import folder
from tests.figures.conftest import VARIANTS, make_tables


@pytest.fixture(scope="module")
def tables():
    return make_tables()


def test_a_blank_is_the_median_of_each_variant_in_their_order(tables):
    rows = tables["layers"].query("layer == 2 and step == 0 and status == 'done'")
    medians = rows.groupby("variant")["learning_speed"].median()
    expected = " / ".join(f"{medians[name]:.3g}" for name in VARIANTS)
    assert told("{learning_speed of layer 2 at the start}", tables) == expected
    assert told("{variants}", tables) == " / ".join(VARIANTS)
    only = told("{learning_speed of layer 2 at the start for relu}", tables)
    assert only == f"{medians['relu']:.3g}"


def test_places_of_layers_are_those_of_each_variant(tables):
    for place, layer in (("first hidden layer", 1), ("last hidden layer", 4), ("output", 5)):
        named = told(f"{{saturation of the {place} at the end}}", tables)
        assert named == told(f"{{saturation of layer {layer} at the end}}", tables)


def test_times_and_counts(tables):
    steps = tables["steps"].query("variant == 'relu' and cost < 1")
    first = steps.groupby("trial")["step"].min().median()
    assert told("{steps until cost < 1 for relu}", tables) == f"{first:.3g}"
    assert told("{steps until cost < 0}", tables) == "–"  # of no variant
    final = tables["trials"].query("status == 'done'").groupby("variant")["final_test_accuracy"].median()
    assert told("{how many have test_accuracy > 0.8}", tables) == f"{(final > 0.8).sum()} of 4"


def test_of_many_variants_the_least_and_the_greatest_are_told():
    many = make_tables(tuple(f"v{number}" for number in range(9)), 1, 2)
    assert told("{variants}", many) == "9 variants"
    line = told("{cost at the end}", many)
    assert " to " in line
    assert line.count("(v") == 2


def test_a_number_of_fewer_trials_says_so(tables):
    """Three trials of tanh diverge."""
    each = dict(zip(VARIANTS, told("{cost at the end}", tables).split(" / "), strict=True))
    assert each["tanh"].endswith(" (17 of 20 trials)")
    assert told("{cost at the end for tanh}", tables) == each["tanh"]
    assert "trials" not in "".join([*(each[name] for name in VARIANTS if name != "tanh")])
    assert "trials" not in told("{cost at the start}", tables)


def test_of_many_variants_those_alike_and_those_without_a_number_are_named():
    many = make_tables(tuple(f"v{number}" for number in range(9)), 4, 2)
    trials = many["trials"].assign(final_cost=1.0, status="done")
    low = trials["variant"].isin(["v1", "v2", "v3"])
    trials.loc[low, "final_cost"] = 0.1
    trials.loc[trials["variant"] == "v8", "final_cost"] = 3.0
    gone = (trials["variant"] == "v0") | ((trials["variant"] == "v8") & (trials["trial"] > 0))
    trials.loc[gone, ["status", "final_cost"]] = ["diverged", np.nan]
    line = told("{cost at the end}", many | {"trials": trials})
    assert line == "0.1 (v1; v2 and 1 more) to 3 (v8, 1 of 4 trials), none for v0"


def test_what_was_not_recorded_is_a_dash(tables):
    lines = seen({"answer": "{rank_share of layer 1 at the end for relu}", "ledger": "as it is"}, tables)
    assert lines == {"answer": "–", "ledger": "as it is"}


@pytest.mark.parametrize("path", sorted(folder().glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_experiment_answers_its_title_in_numbers(path: Path):
    see = tomllib.loads(path.read_text(encoding="utf-8"))["see"]
    assert "{" in see["answer"]
    assert len(see) > 1
    assert wrong_lines(see) == []


def test_layers_have_a_row_each_and_the_output_is_called_so(tables):
    rows = by_layer(tables).query("variant == 'sigmoid'")
    assert rows["layer"].tolist() == ["1", "2", "3", "4", "5 output"]
    done = tables["layers"].query("variant == 'sigmoid' and step == 500 and layer == 3 and status == 'done'")
    assert rows["saturation_end"].iloc[2] == pytest.approx(done["saturation"].median())
