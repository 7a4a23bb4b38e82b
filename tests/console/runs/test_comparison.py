import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.comparisons import COLUMNS, SPREAD_COLUMNS
from lab.analysis.metrics import metric
from lab.console.runs.comparison import page, sentence, sentences, unpaired_notes
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Run the small experiment with other values of some keys."""
    folder = tmp_path_factory.mktemp("comparison")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return lambda changed=(): lab.run(folder / "small.toml", changed, results=folder / "results", plots=False)


@pytest.fixture(scope="module")
def run(made):
    return made()


def row(**changes):
    made = {"metric": "final_accuracy", "a": "tanh", "b": "relu", "pairs": 20, "left_out": 0, "never": 0}
    made |= {"why_left_out": "", "neither": 0}
    made |= {"difference": 0.04, "low": 0.02, "high": 0.06, "p": 0.001, "p_holm": 0.004, "d_z": 1.0}
    made |= {"seeds_needed": 10.0, "p_least": 2.0**-19, "family": 1, "unpaired": ""}
    return {**made, **changes}


HIGHER = "relu is 0.04 higher than tanh"
GRADIENT = "the gradient ∂C/∂b of layer 1 is"
TOLD = "(p = 0.004, 20 pairs)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"{HIGHER} {TOLD}"),
        ({"difference": -0.04}, f"relu is 0.04 lower than tanh {TOLD}"),
        (
            {"metric": "log_speed_first", "difference": 2.0},
            f"{GRADIENT} 100× larger in relu than in tanh {TOLD}",
        ),
        (
            {"metric": "log_speed_first", "difference": -1.0},
            f"{GRADIENT} 10× smaller in relu than in tanh {TOLD}",
        ),
        (
            {"metric": "log_speed_first", "difference": 320.0},
            f"{GRADIENT} 10^320.0× larger in relu than in tanh {TOLD}",
        ),
        ({"metric": "epochs_to=0.9", "difference": -3.0}, f"relu is 3 epochs sooner than tanh {TOLD}"),
        (
            {"p_holm": 0.4, "seeds_needed": 63.0},
            f"{HIGHER}, which may be chance (p = 0.4, 20 pairs); 63 seeds would tell one so large",
        ),
        ({"p_holm": 0.06}, f"{HIGHER}, which may be chance (p = 0.06, 20 pairs)"),
        (
            {"pairs": 5, "p_holm": 0.0625, "p_least": 0.0625},
            f"{HIGHER}, but 5 pairs can tell no difference from chance (the least p is 0.0625); "
            "train at least 6 seeds",
        ),
        (
            {"pairs": 6, "p_holm": 0.2, "p_least": 0.1875, "family": 6},
            f"{HIGHER}, but 6 pairs can tell none of 6 differences from chance "
            "(the least p after Holm is 0.188); train at least 8 seeds",
        ),
        (
            {"pairs": 31, "p_holm": 0.06, "p_least": 0.0505, "family": 5050},
            f"{HIGHER}, but 31 pairs can tell none of 5050 differences from chance "
            "(the least p after Holm is 0.0505); compare fewer",
        ),
        (
            {"pairs": 1, "difference": 0.0, "p_holm": np.nan, "low": np.nan, "high": np.nan},
            "relu and tanh are the same in the one pair there is",
        ),
        (
            {"pairs": 1, "p_holm": np.nan, "low": np.nan, "high": np.nan},
            f"{HIGHER} in the one pair there is; one pair has no interval and no p",
        ),
        (
            {"pairs": 0, "left_out": 20, "why_left_out": "20 diverged in relu"},
            "relu and tanh: no trial that is done has a number in both; 20 left out: 20 diverged in relu",
        ),
        (
            {"metric": "epochs_to=0.9", "pairs": 0, "neither": 20},
            "relu and tanh: neither reached 0.9 in any pair; not comparable by this",
        ),
        ({"difference": 0.0, "d_z": 0.0}, "relu and tanh are the same on average, over 20 pairs"),
        (
            {"low": 0.0, "high": 0.0, "difference": 0.0, "d_z": np.nan},
            "relu and tanh are the same in all 20 pairs",
        ),
        (
            {"metric": "epochs_to=0.9", "difference": 3.0, "left_out": 3, "never": 2, "neither": 4}
            | {"why_left_out": "1 diverged in tanh, 2 without a number in relu"},
            f"relu is 3 epochs later than tanh {TOLD}; in 2 of the pairs one did not get there in the epochs "
            "that both were given; 4 more left out: neither reached 0.9; "
            "3 left out: 1 diverged in tanh, 2 without a number in relu",
        ),
    ],
)
def test_what_a_row_means(changes, said):
    made = row(**changes)
    assert sentence(made, metric(made["metric"])) == said


def test_that_there_are_too_few_trials_is_told_once_of_many_pairs():
    """But each is told of whose trials some were left out, and where there are few pairs."""
    poor = {"pairs": 6, "p_holm": 0.2, "p_least": 0.1875, "family": 6}
    rows = [row(**poor, b=b) for b in "defg"]
    rows.insert(1, row(**poor, left_out=4, why_left_out="4 diverged in relu"))
    by = metric(rows[0]["metric"])
    common = (
        "6 pairs can tell none of 6 differences from chance "
        "(the least p after Holm is 0.188); train at least 8 seeds"
    )
    assert [*sentences(rows, by)] == [common, sentence(rows[1], by)]
    assert [*sentences(rows[:3], by)] == [sentence(one, by) for one in rows[:3]]


def test_of_many_pairs_that_the_seed_does_not_pair_three_are_named():
    rows = pd.DataFrame(
        [("x", "a", b, "weights") for b in "bcdefg"], columns=["metric", "a", "b", "unpaired"]
    )
    first = "the seed does not pair the weights, since the sizes differ: b and a; c and a; d and a"
    assert unpaired_notes(rows) == [f"{first}; and 3 more pairs"]
    assert unpaired_notes(rows[:4]) == [f"{first}; e and a"]


def test_the_page_has_the_variants_the_pairs_and_a_sentence_for_each_metric(run, printed):
    out = printed(page(run, None, ["final_cost", "log_speed_first"], False))
    lines = out.splitlines()
    for at, words in ((0, "final_cost"), (2, "variant trials mean sd median"), (5, "b a pairs difference")):
        assert " ".join(lines[at].split()).startswith(words)
    assert lines[6].split()[:3] == ["soft", "sigmoid", "3"]
    assert lines[7].startswith("soft is ")
    assert "train at least 6 seeds" in lines[7]
    assert "\nlog_speed_first\n" in out
    assert lines[-1].startswith("difference: the mean of b − a over trials of the same seed")


def test_what_is_not_paired_is_told_once_for_each_kind():
    rows = [("x", "a", "b", "weights"), ("x", "a", "c", ""), ("x", "a", "d", "data, weights")]
    rows += [("y", *row[1:]) for row in rows]
    assert unpaired_notes(pd.DataFrame(rows, columns=["metric", "a", "b", "unpaired"])) == [
        "the seed does not pair the weights, since the sizes differ: b and a",
        "the seed does not pair the examples, their order and the weights, since data and sizes differ: "
        "d and a",
    ]


def test_variants_of_different_sizes_have_a_note(made, printed):
    run = made({'vary."network.hidden"': [[6], [5]]})
    out = printed(page(run, None, ["final_cost", "final_accuracy"], False))
    (said,) = [line for line in out.splitlines() if "does not pair" in line]
    first, *others = run.variants["variant"]
    wide = {name for name in others if name.endswith("5")}
    assert len(wide) == 2
    assert said.startswith("the seed does not pair the weights, since the sizes differ: ")
    assert set(said.split(": ")[1].split("; ")) == {f"{name} and {first}" for name in wide}


def test_a_program_reads_rows_with_all_their_digits(run, printed):
    read = printed(page(run, None, ["final_cost"], False), as_json=True)
    assert read["runs"] == [str(run)]
    assert list(read["comparisons"][0]) == list(COLUMNS)
    assert list(read["spreads"][0]) == list(SPREAD_COLUMNS)
    row = run.compare(metrics=["final_cost"]).iloc[0]
    assert read["comparisons"][0]["difference"] == row["difference"]


def test_a_run_all_of_whose_trials_diverged_has_nothing_to_compare(made, printed):
    lost = made({"training.eta": 1e300, "training.lambda": 5.0})
    assert set(lost.trials["status"]) == {"diverged"}
    assert printed(page(lost, None, [], False)) == "no trial that is done has a number to compare\n"


def test_what_is_missing_is_null_for_a_program(made, printed):
    one = made({"trials.seeds": 1})
    (read,) = printed(page(one, None, ["final_cost"], False), as_json=True)["comparisons"]
    assert read["low"] is read["p"] is read["seeds_needed"] is None
    assert read["difference"] is not None


def test_two_runs_are_compared_and_only_the_variants_of_a_pair_are_shown(run, made, printed):
    """The same experiment again is the same, trial for trial."""
    other = made({'vary."network.activation"': ["sigmoid", "tanh"]})
    lines = printed(page(run, other, ["final_cost"], False)).splitlines()
    assert f"{other.folder.id}: sigmoid and {run.folder.id}: sigmoid are the same in all 3 pairs" in lines
    assert not any("tanh" in line or "soft" in line for line in lines)
    assert not any(" differ in " in line for line in lines)


def test_two_runs_that_were_trained_in_another_way_say_how_on_a_line(run, made, printed):
    other = made({"training.eta": 0.2, "training.epochs": 1, "activations.soft.floor": 0.2})
    made_page = page(run, other, ["final_cost"], False)
    first, blank, *_ = printed(made_page).splitlines()
    assert (first, blank) == (
        f"{run} and {other} differ in training.eta (0.1 and 0.2), training.epochs (2 and 1), "
        "activations.soft.floor (0.1 and 0.2)",
        "",
    )
    read = printed(page(run, other, ["final_cost"], False), as_json=True)
    assert read["differing"]["training.eta"] == ["0.1", "0.2"]


def test_a_reference_that_lost_many_trials_is_told_above_all(made, printed):
    run = made({'vary."training.eta"': [1e300, 0.1], "training.lambda": 5.0})
    first = run.variants["variant"][0]
    lasting = next(name for name in run.variants["variant"] if "0.1" in name)
    told, blank, *_ = printed(page(run, None, [], False)).splitlines()
    assert told.startswith(f"{first} is done in 0 of 3 trials, which leaves as many pairs at most; another ")
    assert told.endswith(f"--baseline '{lasting}'")
    assert not blank
    assert not printed(page(run, None, [], False, baseline=lasting)).startswith(first)
