"""The words of the book and of the lab, each in a few sentences, for ``lab help WORD``.

They stand in ``glossary.txt``: a head such as ``bias: b_j^l; also b; see weight, BP3``, and indented below it
what the word means. Source of the words of the book: Nielsen, *Neural Networks and Deep Learning*
(2015), ch. 2; those of the fifth chapter are marked so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Word:
    """A word: what it means, its symbol, ``also`` other ways to write it, and words to ``see`` beside it."""

    meaning: str
    symbol: str = ""
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()


def _words() -> Iterator[tuple[str, Word]]:
    text = Path(__file__).with_name("glossary.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text):
        head, meaning = (" ".join(part.split()) for part in entry.split("\n    ", 1))
        named, *lists = head.split("; ")
        name, _, symbol = named.partition(": ")
        others = {kind: tuple(words.split(", ")) for kind, words in (one.split(" ", 1) for one in lists)}
        yield name, Word(meaning, symbol, **others)


GLOSSARY = dict(_words())
"""The words, in the order in which they are listed."""


def looked_up(text: str) -> str | None:
    """The word that is meant, in any of its spellings, one or several, and any case; None where none is.

    >>> looked_up("Saturation"), looked_up("biases"), looked_up("regularization"), looked_up("loom")
    ('saturated', 'bias', 'lambda', None)
    """
    text = text.replace("'", "′")
    folded = text.casefold().replace("iz", "is")
    spelt = (folded, folded.removesuffix("s"), folded.removesuffix("es"), folded.replace("-", " "))
    return _SPELLINGS.get(text) or next((_IN_ANY_CASE[one] for one in spelt if one in _IN_ANY_CASE), None)


_SPELLINGS = {spelling: name for name, word in GLOSSARY.items() for spelling in (name, *word.also)}
_IN_ANY_CASE = {spelling.casefold(): name for spelling, name in reversed(_SPELLINGS.items())}
