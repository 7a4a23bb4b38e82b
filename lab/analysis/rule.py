"""What a rule is: it judges every trial of a variant, counts those that show a fault, and says so."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import starmap
from math import nan
from typing import TypeAlias

import numpy as np

from lab import markup
from lab.analysis.case import Case, once
from lab.analysis.cells import median
from lab.analysis.ledger import middle
from lab.analysis.pooled import Bounds
from lab.numerics import Array

HALF = 0.5
"""A habit of at least this share of the trials is told; and what more than this of a layer does."""

NOTHING = np.empty(0)
"""The values of a rule that asks nothing."""


def rounded(value: float, digits: int = 3) -> str:
    """A number in so many digits, without a power of ten where it is less than a million, with a true minus.

    >>> rounded(1434.2), rounded(4.588e7), rounded(0.00031249), rounded(-0.5264)
    ('1430', '4.59e+07', '0.000312', '−0.526')
    """
    told = f"{abs(float(f'{value:.{digits}g}')):.{max(digits, 6)}g}"
    return f"−{told}" if value < 0 else told


@dataclass(frozen=True)
class Verdict:
    """A sentence on one variant, the name of its rule, and what backs it.

    ``value`` is the median over the ``trials`` of ``of`` that show it. A ratio is the `middle` of all trials
    that have one, so that it has one number everywhere, unless that is sound. It is of the rows of ``layer``
    and ``step`` of the table ``layers``, or, without a layer, of the table ``trials``; ``over``
    tells where it is of several readings up to the step. It has passed the ``threshold``, and is the number
    that the sentence has, which writes a share in per cent. ``under`` is the rule of the diagnosis that it
    follows from, or is another sign of, with the same variant and trials; empty for a diagnosis itself, which
    alone advises.
    """

    rule: str
    variant: str
    layer: int | None
    step: int
    value: float
    threshold: float
    trials: int
    of: int
    sentence: str
    over: str = ""
    under: str = ""

    @property
    def evidence(self) -> str:
        """The rule, the threshold and the rows: ``slow early layers: 0.0104 < 0.1, layer 1, step 0``.

        The value has three digits, or as many as tell it from the threshold.
        """
        sign = "<" if self.value < self.threshold else ">"
        place = "trials" if self.layer is None else f"layer {self.layer}"
        counted = "" if self.of == 1 else f", {self.trials} of {self.of} trials"
        bound = f"{self.threshold:g}"
        told = (rounded(self.value, digits) for digits in range(3, 18))
        value = next((number for number in told if number != bound), bound)
        over = f"{self.over} up to " if self.over else ""
        return f"{self.rule}: {value} {sign} {bound}, {place}, {over}step {self.step}{counted}"

    @property
    def html(self) -> str:
        """The sentence and its evidence."""
        return f"{markup.text(self.sentence)} <small>[{markup.text(self.evidence)}]</small>"

    def _repr_html_(self) -> str:
        return markup.card(markup.title(self.variant), f"<p>{self.html}</p>")


Diagnosis: TypeAlias = tuple[Verdict, list[Verdict]]
"""A verdict that is told by itself, and those under it."""


class Verdicts(list[Verdict]):
    """Verdicts, variant by variant: the diagnoses, the gravest first, each before what is told under it.

    A notebook shows them as a list.
    """

    def __init__(self, found: Iterable[Verdict] = (), not_judged: Iterable[str] = ()) -> None:
        super().__init__(found)
        self.not_judged = list(not_judged)
        """Which rules could not judge, and the key that would let them: a sentence a reason."""

    @property
    def diagnoses(self) -> dict[str, list[Diagnosis]]:
        """The diagnoses on each variant that has any, each with the verdicts under it."""
        found: dict[str, dict[str, Diagnosis]] = {}
        for verdict in self:
            of_variant = found.setdefault(verdict.variant, {})
            if verdict.under:
                of_variant[verdict.under][1].append(verdict)
            else:
                of_variant[verdict.rule] = verdict, []
        return {variant: list(of_variant.values()) for variant, of_variant in found.items()}

    @property
    def html(self) -> str:
        """A list of the variants, each with the list of its verdicts; empty where there are none."""
        variants = (
            f"<li><strong>{markup.text(variant)}</strong><ul>{''.join(starmap(_item, diagnoses))}</ul></li>"
            for variant, diagnoses in self.diagnoses.items()
        )
        return f'<ul class="verdicts">{"".join(variants)}</ul>' if self else ""

    def _repr_html_(self) -> str:
        return markup.card(self.html or markup.line(self.none), *map(markup.line, self.not_judged))

    @property
    def none(self) -> str:
        """What is said where there are no verdicts."""
        judged = (
            "by those rules of the lab that could judge" if self.not_judged else "by the rules of the lab"
        )
        return f"Nothing went wrong {judged}: there is no verdict on any variant."


def _item(one: Verdict, under: Sequence[Verdict] = ()) -> str:
    """A verdict as an item of a list, with the list of those under it."""
    more = f"<ul>{''.join(map(_item, under))}</ul>" if under else ""
    return f"<li>{one.html}{more}</li>"


@dataclass(frozen=True, eq=False)
class Seen:
    """What a rule has seen: the layer and value that it tells, and how many trials show it.

    ``judged`` of the ``of`` trials have a value there, which matters where it is a ``ratio``; ``rest`` is the
    median of those that do not show it, NaN where all do. ``named`` tells of each trial whether it does. The
    layer is 0 where values are one a trial.
    """

    layer: int
    value: float
    trials: int
    judged: int
    of: int
    rest: float
    named: Array
    ratio: bool

    def of_shown(self, values: Array) -> Array:
        """Those of the trials that show it; of values that are trial × layer, in the layer that is told."""
        return values[self.named] if values.ndim == 1 else values[self.named, self.layer - 1]

    @property
    def counted(self) -> str:
        """``8 of 30 trials: ``; empty where all show it."""
        if self.trials == self.of:
            return ""
        if self.judged == self.of or not self.ratio:
            return f"{self.trials} of {self.of} trials: "
        return f"{self.trials} of the {self.judged} trials that have one, of {self.of} in all: "


@dataclass(frozen=True)
class Rule:
    """What a rule asks of each trial of a variant, and what it says where enough of them answer yes.

    ``values`` are what it judges, trial × layer, the first layers or all, or one a trial; NaN where the
    question has no answer.
    Of `Bounds` it judges what lies on one side of its threshold, and leaves the rest open. A trial shows the
    fault where its value is above the ``threshold``, or with ``below`` below it; the rule speaks where more
    than none, or with ``share`` at least that share of the judged trials do. ``sentence`` is of what was
    `Seen` in the layer whose value passed farthest; ``counts`` tells that it holds the number of trials
    itself, or is true of all, ``ratio`` that the values are ratios, of which the `middle` of all trials is
    told, and that a trial may have none. ``over`` is what is made of several readings, such as their median.
    ``measure`` makes of a value, and of the threshold, what the sentence tells of it, where that is another
    number. ``advice`` is what may help, in words or by what the tables tell. ``step`` is that of the reading,
    of several the last. ``needs`` are the quantities without which it cannot judge. ``explains`` are the
    rules that are told under it where no other trials show them, all of them or by what the tables tell: what
    these say follows from this, or is another sign of it, and their advice would not help.
    """

    question: str
    threshold: float
    values: Callable[[Case], Array | Bounds]
    sentence: Callable[[Case, Seen], str]
    below: bool = False
    share: float = 0.0
    counts: bool = False
    ratio: bool = False
    over: str = ""
    measure: Callable[[Case, float], float] = lambda case, value: value
    advice: str | Callable[[Case, Seen], str] = ""
    step: Callable[[Case], int] = lambda case: case.last_step
    needs: tuple[str, ...] = ()
    explains: Collection[str] | Callable[[Case], Collection[str]] = ()

    def explained(self, case: Case) -> set[str]:
        """The rules that it `explains` of a variant."""
        return set(self.explains(case) if callable(self.explains) else self.explains)

    def lacks(self, case: Case) -> tuple[str, ...]:
        """What it needs and was not recorded."""
        return tuple(column for column in self.needs if column not in case.layers)

    def is_open(self, case: Case) -> bool:
        """Whether it cannot judge each trial, since readings see too few examples."""
        values = NOTHING if case.enough_examples else once(self.values)(case)
        return isinstance(values, Bounds) and values.open_at(self.threshold)

    def seen(self, case: Case) -> list[Seen]:
        """What it sees in each layer where something is wrong, the worst first."""
        if self.lacks(case):
            return []
        values = once(self.values)(case)
        if isinstance(values, Bounds):
            values = values.judged_by(self.threshold)
        if not self._wrong(values).any():
            return []
        columns = {0: values} if values.ndim == 1 else dict(enumerate(values.T, 1))
        found = [seen for layer, of_layer in columns.items() if (seen := self._seen(layer, of_layer))]
        return sorted(found, key=lambda seen: seen.value, reverse=not self.below)

    def verdict(self, name: str, variant: str, case: Case, found: Sequence[Seen], under: str = "") -> Verdict:
        """The verdict on a variant under the name of this rule, of what it has `seen`."""
        worst, *others = found
        sentence = ("" if self.counts else worst.counted) + self.sentence(case, worst)
        if others:
            layers = ", ".join(map(str, sorted(seen.layer for seen in others)))
            sentence += f"; likewise in layer{'s' * (len(others) > 1)} {layers}"
        advice = self.advice(case, worst) if callable(self.advice) else self.advice
        if advice and not under:
            sentence += f"; try {advice}"
        value, threshold = (self.measure(case, number) for number in (worst.value, self.threshold))
        found_in = worst.layer or None, self.step(case), value, threshold, worst.trials, worst.of
        return Verdict(name, variant, *found_in, sentence, self.over, under)

    def _wrong(self, values: Array) -> Array:
        """Which of these are beyond the threshold; no NaN is."""
        return values < self.threshold if self.below else values > self.threshold

    def _seen(self, layer: int, values: Array) -> Seen | None:
        """What enough trials show in a layer, or None."""
        wrong, judged = self._wrong(values), int((~np.isnan(values)).sum())
        shown = int(wrong.sum())
        if not shown or shown < self.share * judged:
            return None
        told, rest = (float(median(np.where(which, values, nan))) for which in (wrong, ~wrong))
        if self.ratio:
            of_all = middle(values)
            told = of_all if self._wrong(np.asarray(of_all)) else told
        return Seen(layer, told, shown, judged, len(values), rest, wrong, self.ratio)


habit = partial(Rule, share=HALF)
"""A rule that speaks where at least half of the trials that it can judge show the fault."""
