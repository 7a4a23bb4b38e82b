from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from lab.analysis.case import Case
from lab.analysis.rule import Rule, Verdict, Verdicts


def test_a_value_is_told_with_the_side_on_which_it_passed():
    above = Verdict("dead neurons", "relu", 2, 40, 0.36667, 0.2, 1, 1, "…")
    assert above.evidence == "dead neurons: 0.367 > 0.2, layer 2, step 40"
    assert replace(above, layer=None, value=0.1).evidence == "dead neurons: 0.1 < 0.2, trials, step 40"


def test_a_value_near_the_threshold_has_the_digits_that_tell_it_from_it():
    near = Verdict("of the cost", "relu", None, 40, 0.9900312, 0.99, 1, 1, "…")
    assert near.evidence == "of the cost: 0.99003 > 0.99, trials, step 40"
    assert replace(near, value=1.003).evidence == "of the cost: 1 > 0.99, trials, step 40"


def test_trials_are_counted_where_there_are_several():
    some = Verdict("diverged", "relu", None, 40, 1.0, 0.0, 8, 30, "…")
    assert some.evidence == "diverged: 1 > 0, trials, step 40, 8 of 30 trials"


def test_what_is_made_of_several_readings_is_said_to_be():
    of_all = Verdict("updates large", "relu", 2, 40, 0.5, 0.1, 1, 1, "…", "median")
    assert of_all.evidence == "updates large: 0.5 > 0.1, layer 2, median up to step 40"


def test_a_notebook_shows_verdicts_by_variant_and_their_words_stay_text():
    one = Verdict("diverged", "<b>", None, 40, 1.0, 0.0, 8, 30, "it <i>diverged</i>")
    under = replace(one, rule="updates large", under="diverged")
    found = Verdicts([one, under, replace(one, rule="dead neurons"), replace(one, variant="relu")])
    assert found.diagnoses == {"<b>": [(one, [under]), (found[2], [])], "relu": [(found[3], [])]}
    shown = ElementTree.fromstring(found._repr_html_())
    assert [item.find("strong").text for item in shown.findall("ul/li")] == ["<b>", "relu"]
    assert len(shown.findall("ul/li/ul/li")) == 3
    assert len(shown.findall("ul/li/ul/li/ul/li")) == 1
    assert not list(shown.iter("i"))
    assert "[diverged: 1 &gt; 0, trials, step 40, 8 of 30 trials]" in one._repr_html_()
    assert "Nothing went wrong" in Verdicts()._repr_html_()
    assert found == list(found)


def case(trials):
    """A case of so many trials, of which a rule of its own values asks nothing else."""
    layers = pd.DataFrame({"trial": range(trials), "layer": 1, "step": 7, "status": "done"})
    none = pd.DataFrame()
    return Case({"examples": 5, "train": 5, "layers": 1}, none, layers, none, layers[["trial"]])


def told(judged, **changed):
    """What a rule that looks for values above 0.5 says of them, one a trial."""
    values = np.array(judged, float)
    made = Rule("?", 0.5, lambda case: values, lambda case, seen: f"it is {seen.value:g}")
    rule, judging = replace(made, **changed), case(len(judged))
    found = rule.seen(judging)
    return rule.verdict("rule", "tanh", judging, found) if found else None


@pytest.mark.parametrize(
    ("values", "share", "sentence"),
    [
        ([0.9, 0.9, 0.9], 0, "it is 0.9"),
        ([0.1, 0.9, 0.2, 0.7], 0, "2 of 4 trials: it is 0.8"),  # the median of all is no fault
        ([0.6, 0.9, 0.7, 0.1], 0, "3 of 4 trials: it is 0.7"),  # here it is one, but not of the three
        ([0.1, 0.9, 0.2, 0.3], 0.5, None),
        ([0.1, 0.9, 0.2, 0.7], 0.5, "2 of 4 trials: it is 0.8"),
        ([0.9, None, None, None], 0.5, "1 of 4 trials: it is 0.9"),
        ([0.1, 0.2], 0, None),
        ([None, None], 0, None),
    ],
)
def test_a_rule_counts_the_trials_that_show_a_fault(values, share, sentence):
    found = told(values, share=share)
    assert (found and found.sentence) == sentence


def test_a_rule_whose_value_some_trials_lack_says_how_many_have_one():
    found = told([0.9, 0.8, 0.1, None, None], ratio=True)
    assert found.sentence == "2 of the 3 trials that have one, of 5 in all: it is 0.8"
    assert (found.trials, found.of, found.step, found.layer) == (2, 5, 7, None)


def test_the_layer_that_is_worst_is_told_and_the_others_named_and_what_may_help():
    shares = np.array([[0.6, 0.9, 0.1, 0.7], [0.6, 0.8, 0.2, 0.7]])
    found = told([0, 0], values=lambda case: shares, step=lambda case: 7, advice=lambda case, seen: "less")
    assert (found.layer, found.value) == (2, pytest.approx(0.85))
    assert found.sentence == "it is 0.85; likewise in layers 1, 4; try less"


def test_a_rule_of_ratios_takes_their_middle():
    """√(0.01 · 0.04): the ratio of the median decades."""
    found = told([0.01, 0.04], ratio=True, below=True)
    assert found.value == pytest.approx(0.02, rel=1e-12)


@pytest.mark.parametrize(
    ("changed", "speaks"), [({"needs": ("status",)}, True), ({"needs": ("saturation",)}, False)]
)
def test_a_rule_needs_its_quantities(changed, speaks):
    assert bool(told([0.9], **changed)) == speaks


def test_a_rule_finds_its_values_once_for_a_case():
    """Whether it speaks, and whether it could judge, are asked of the same; they take most of the time."""
    asked, judged = [], case(2)
    rule = Rule("?", 0.5, lambda one: asked.append(one) or np.array([0.9, 0.1]), lambda one, seen: "")
    rule.seen(judged)
    rule.seen(judged)
    rule.is_open(judged)
    assert len(asked) == 1
