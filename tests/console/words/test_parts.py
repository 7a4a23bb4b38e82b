import re

import pytest

from lab import plugins
from lab.console.words.glossary import GLOSSARY
from lab.console.words.parts import is_word, kind_page, parameters, word_page, words_page
from lab.network.initialisers import TABLE, He, Normal, Uniform
from tests.data.conftest import refusal


@pytest.mark.parametrize("word", ["initialisers", "initialiser"])
def test_every_part_of_a_kind_is_listed(word):
    rows = {row["name"]: row for row in kind_page(word).value}
    assert rows.keys() >= TABLE.keys()
    assert rows["torch"]["what it is"].startswith("w ~ U(±gain/√n_in), b ~ U(±1/√n_in)")
    assert "bias=torch" in rows["torch"]["parameters"]


@pytest.mark.parametrize("kind", ["costs", "figures"])
def test_a_narrow_terminal_has_the_last_column_whole(kind, printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert "…" not in printed(kind_page(kind))


def test_parameters_have_their_defaults_unless_nothing_is_the_default():
    assert parameters(He) == "bias, gain=1.41421"
    assert parameters(Normal) == "bias, weight_variance=1, bias_variance=0, sd"
    assert parameters(Uniform) == "bias, low, high"


def test_what_is_no_kind():
    assert refusal(word_page, "initialisr").startswith("no word 'initialisr'; did you mean 'initialiser'")


def test_a_word_is_told_with_the_column_of_its_name(printed):
    out = printed(word_page("saturation"))
    assert out.startswith("saturated: |σ′(z)| < 0.05 sup|σ′|\nA neuron is saturated")
    assert "see: slope, floor, dead" in out
    assert "In the table layers, saturation: the share of (neuron, example)" in out
    assert printed(word_page("saturation"), as_json=True)["word"] == "saturated"


def test_a_column_that_is_no_word_is_told_by_its_probe(printed):
    assert not {"slope_p02"} & GLOSSARY.keys()
    assert printed(word_page("slope_p02")).startswith("In the table layers, slope_mean, slope_p02")
    assert is_word("rank_share")
    assert not is_word("vanishin")


def test_a_kind_that_is_a_word_too_is_told_and_listed(printed):
    out = printed(word_page("probe"))
    assert out.startswith("probe\nA part that measures")
    assert "rank-share" in out
    assert [row["name"] for row in word_page("costs").value] == [
        row["name"] for row in kind_page("costs").value
    ]


def test_a_part_is_told_by_its_name_with_its_kind(printed):
    (row,) = word_page("nesterov").value["parts"]
    assert (row["kind"], row["name"]) == ("optimiser", "nesterov")
    assert "cross-entropy" in printed(word_page("cross-entropy"))
    assert {row["kind"] for row in word_page("identity").value["parts"]} == {"activation"}
    assert refusal(word_page, "nestrov") == "no word 'nestrov'; did you mean 'nesterov'?"


def test_without_a_word_all_are_listed(printed):
    assert [row["word"] for row in words_page().value] == list(GLOSSARY)
    assert "lab help WORD tells one" in printed(words_page())


def test_what_is_no_word_gets_the_nearest():
    assert refusal(word_page, "saturatoin") == "no word 'saturatoin'; did you mean 'saturation'?"
    assert "'compare'" in refusal(word_page, "compar", ["compare"])


def test_no_page_speaks_of_names_within_the_code():
    """What a docstring says of a part a reader has on a page, where there is nothing behind a reference."""
    kinds = [
        text for kind in plugins.KINDS for row in kind_page(kind).value for text in map(str, row.values())
    ]
    columns = [column for probe in plugins.built_in("probes").values() for column in probe.columns]
    words = [str(word_page(word).value) for word in (*GLOSSARY, *columns)]
    assert not [text for text in (*kinds, *words) if re.search(r"`|\b(lab|statistics|Network)\.\w", text)]
