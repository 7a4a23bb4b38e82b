"""The glossary holds the words that pages use, once each, and what it points to is there."""

import pytest

from lab.console.words.glossary import GLOSSARY, looked_up

ASKED = (
    "δ",
    "reading",
    "trial",
    "variant",
    "probe",
    "decade",
    "saturated",
    "saturation",
    "ratio",
    "BP1",
    "floor",
    *("gradient", "backpropagation", "η", "eta", "learning rate", "λ", "weight decay", "mean field"),
    *("neuron", "w", "b", "weights", "biases", "batch", "batches", "epochs", "steps", "seed", "layers"),
    *("vanishing gradient", "exploding gradient", "critical", "q", "correlation", "χ", "inf", "sup"),
    *("activation", "transpose", "accuracy", "R²", "chance", "test data", "prediction", "norm", "examples"),
    *("comparison", "interval arithmetic", "claim", "certificate", "causes", "verdicts", "cost function"),
    *("first weights", "depth scale", "ξ", "ε", "certified", "refuted", "undecided", "proved", "claimed"),
    *("witness", "holm", "diverged", "failed", "status", "ulp", "false zero", "‖∂C/∂b‖", "∂C/∂w"),
)


@pytest.mark.parametrize("word", ASKED)
def test_a_word_is_found_in_any_case(word):
    assert looked_up(word) == looked_up(word.upper()) == looked_up(word.lower()) is not None


def test_every_spelling_is_of_one_word_and_every_pointer_leads_to_one():
    spellings = [spelling for name, word in GLOSSARY.items() for spelling in (name, *word.also)]
    assert len(spellings) == len(set(spellings))
    for name, word in GLOSSARY.items():
        assert set(word.see) <= GLOSSARY.keys() - {name}, name
        assert word.meaning.endswith("."), name


def test_what_is_no_word():
    assert looked_up("loom") is None
