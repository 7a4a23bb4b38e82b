"""Keys, verdicts and figures are known by their names, as what they are."""

import pytest

from lab.analysis.rules import RULES
from lab.console.words.named import named, names
from lab.console.words.parts import is_word, word_page
from lab.experiment.schema import TABLES, key_names
from lab.experiment.see import FIGURES
from tests.data.conftest import refusal


def test_every_key_verdict_and_figure_has_its_sentence():
    keys = {f"{table}.{key}" for table, model in TABLES.items() for key in key_names(model)}
    known = set(names())
    assert keys | RULES.keys() | {*FIGURES} <= known
    for name in known - {*FIGURES}:
        assert named(name), name
        assert "`" not in "".join(named(name).values()), name
    for sentence in named("every").values():
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("word", "kind", "told"),
    [
        (
            "training.surrogate_floor",
            "key",
            "The key training.surrogate_floor: a counterfactual: BP1 and BP2",
        ),
        ("eta", "key", "The key training.eta: the learning rate η. Left out it is 0.1."),
        ("at_least", "key", "The key activations.NAME.at_least: a claim, proved before anything runs"),
        ("record", "key", "The table [record]: what is measured, and how often."),
        ("narrow layer", "verdict", "A verdict, which answers: "),
        ("river", "figure", "A figure, drawn "),
    ],
)
def test_a_name_is_told_as_what_it_is(word, kind, told):
    assert named(word)[kind].startswith(told)
    assert is_word(word)
    assert word_page(word).value[kind].startswith(told)


def test_a_name_that_is_nearly_one_is_told():
    assert named("surogate_floor") == {}
    assert "did you mean 'surrogate_floor'" in refusal(word_page, "surogate_floor")
