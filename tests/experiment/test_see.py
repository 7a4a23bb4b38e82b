import pytest

from lab.errors import PartError
from lab.experiment.see import Blank, blank, numbers_of, pieces


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("variants", Blank("variants")),
        ("ratio at the end", Blank("value", "ratio", reading="end")),
        ("cost at the end for a, b=1", Blank("value", "cost", reading="end", variant="a, b=1")),
        ("a_mean of layer 12 at the start", Blank("value", "a_mean", 12, reading="start")),
        ("a_mean of the output at the end", Blank("value", "a_mean", place="output", reading="end")),
        ("epochs until cost < .5", Blank("until", "cost", time="epochs", sign="<", bound=0.5)),
        ("how many have accuracy > 0.9", Blank("count", "accuracy", sign=">", bound=0.9)),
    ],
)
def test_a_phrase_has_its_meaning(phrase, meant):
    assert blank(phrase) == meant


@pytest.mark.parametrize("phrase", ["", "cost", "cost at the middle", "cost of layer 0 at the end"])
def test_what_is_no_phrase_is_told_with_those_that_are(phrase):
    with pytest.raises(PartError, match=r"^cannot read \{.*\}; expected \{variants\}"):
        blank(phrase)


def test_a_line_is_words_and_blanks_in_turn():
    assert pieces("of {variants}: x") == ["of ", Blank("variants"), ": x"]


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("Of {variants}: {cost at the end}.", "cost at the end = {cost at the end}"),
        (
            "{cost at the end for a}, {ratio at the start} and {cost at the end for b}",
            "cost at the end = {cost at the end}; ratio at the start = {ratio at the start}",
        ),
        ("Of {variants}.", ""),
        ("nothing", ""),
    ],
)
def test_of_a_line_only_its_numbers_are_left_each_once(line, numbers):
    assert numbers_of(line) == numbers
