"""A sample of a training, which takes a few hundredths of a second: what cannot be told without a try.

It shows how long a step takes, how wide a number is as text, and how many bins z fills.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import nan
from time import thread_time

import numpy as np
from threadpoolctl import threadpool_limits

from lab.experiment.schedule import Schedule
from lab.network.parameters import count
from lab.numerics import Array
from lab.runs.preparation import Prepared
from lab.training.loop import Course, begun
from lab.training.stack import Training

REFERENCE = 0.6e-6
"""Seconds in which the processor that `pace` compares with writes a number as text."""

SAMPLED_KINDS = 4
SAMPLED_EXAMPLES, SAMPLED_PARAMETERS = 500, 2_000_000
"""A sample has no more kinds of variants, examples and parameters than that; the rest is in proportion."""

SAMPLED_TRIALS = 4
"""So many trials tell of a stack in the compiled engine, which takes one after the other."""

SAMPLE_SECONDS = 0.004
"""So long steps are taken in a sample."""

READINGS = 8
"""The readings of a sample after the first one, at which z is binned; most may be taken in one call."""


@dataclass(frozen=True)
class Sample:
    """What was seen of the training of a chunk; the seconds are of all its trials.

    ``start``, of the first weights; of a ``step``, of a ``reading``; what binning and testing add to one; of
    the ``end``. ``text`` is the mean width of a quantity; ``varying``, how many of them vary; ``bins``, how
    many a layer fills.
    """

    start: float = nan
    step: float = nan
    reading: float = nan
    binning: float = nan
    testing: float = nan
    end: float = nan
    text: float = 18.0
    varying: float = nan
    bins: float = 30.0


def samples_of(ready: Prepared, largest: dict[int, int]) -> list[Sample]:
    """What is seen of each variant: some kinds are tried, the others are like the nearest of them."""
    tried: dict[tuple[object, ...], tuple[float, Sample]] = {}
    found = []
    for variant, training in ready.made:
        trials = largest.get(variant.index, 0)
        kind = (training.engine, str(training.train.x.dtype), training.network.sizes, training.batch, trials)
        work = float(trials * count(training.network.sizes) * min(training.batch, len(training.train)))
        if trials and kind not in tried and len(tried) < SAMPLED_KINDS:
            tried[kind] = work, _sampled(training, trials)
        if kind not in tried and tried:
            near, sample = min(tried.values(), key=lambda one: abs(np.log(one[0] / work)) if work else 0)
            times = ("start", "step", "reading", "binning", "testing", "end")
            longer = {name: getattr(sample, name) * (work / near) for name in times}
            found.append(replace(sample, **longer))
        else:
            found.append(tried[kind][1] if tried else Sample())
    return found


def _smaller(training: Training) -> Training:
    """The training over some of its examples, in a few steps, each of them read."""
    some = slice(SAMPLED_EXAMPLES)
    train, test, fixed = training.train[some], training.test[some], training.recording.fixed_examples
    schedule = Schedule(np.arange(READINGS + 1), np.array([0]), np.zeros(0, np.int64))
    return replace(
        training,
        train=train,
        test=test,
        batch=min(training.batch, len(train)),
        steps=READINGS,
        recording=replace(training.recording, schedule=schedule, fixed_examples=fixed and fixed[some]),
    )


def _sampled(training: Training, trials: int) -> Sample:
    """Train the first trials of a variant for a moment, over some of its examples."""
    small, examples = _smaller(training), len(training.train) + len(training.test)
    together = SAMPLED_TRIALS if training.engine == "compiled" else trials
    most = max(1, min(trials, together, SAMPLED_PARAMETERS // count(training.network.sizes)))
    try:
        with threadpool_limits(1):  # as workers train
            step = _seconds_of_step(small, most)
            clock = [thread_time()]
            course = Course(small, range(most))
            clock.append(thread_time())
            while not course.ended:
                course.advance(0)
                clock.append(thread_time())
            readings = course.finished()
            clock.append(thread_time())
    except Exception:  # code of one's own may raise anything; the run will tell
        return Sample()
    start, first, *rest, end = (later - earlier for earlier, later in pairwise(clock))
    if (readings.diverged >= 0).all():
        return Sample(step=step)
    reading = max(sum(rest) - (READINGS - 1) * step, 0.0) / READINGS
    evaluated = end / max(len(small.train) + len(small.test), 1)
    more, some = trials / most, readings.layers.reshape(-1)[:2000].tolist()
    seen = more * (training.seen / small.seen)
    return Sample(
        start=more * start,
        step=more * min(training.batch, len(training.train)) / small.batch * step,
        reading=seen * reading,
        binning=seen * max(first - step - reading, 0.0),
        testing=more * len(training.test) * evaluated,
        end=more * examples * evaluated,
        text=sum(len(repr(value)) for value in some if value == value) / max(len(some), 1),
        varying=_varying(readings.layers),
        bins=float(np.count_nonzero(readings.histograms, axis=-1).mean()),  # at the first reading
    )


def _seconds_of_step(training: Training, trials: int) -> float:
    """Of one step of all trials, from as many as last `SAMPLE_SECONDS`."""
    steps = begun(training, range(trials))[1]
    with np.errstate(all="ignore"):
        steps.run_to(1)
        several = 1
        while True:
            began = thread_time()
            steps.run_to(steps.step + several)
            lasted = thread_time() - began
            if lasted >= SAMPLE_SECONDS:
                return lasted / several
            several *= 4


def _varying(layers: Array) -> int:
    """How many columns of (R, T, L, quantity) have more than one value."""
    rows = layers.reshape(-1, layers.shape[-1])
    return sum(len(np.unique(column[np.isfinite(column)])) > 1 for column in rows.T)


def pace() -> float:
    """The seconds of this processor for one of the `REFERENCE`'s, by writing some numbers as text."""
    numbers = np.random.default_rng(0).normal(size=3000).tolist()
    lasted = []
    for _ in range(3):
        began = thread_time()
        for number in numbers:
            repr(number)
        lasted.append(thread_time() - began)
    return min(lasted) / len(numbers) / REFERENCE
