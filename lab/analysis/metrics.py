"""Metrics: one number for each trial, from a run's tables, by which variants are compared."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf, nan

import numpy as np
import pandas as pd

from lab.analysis.rows import at_reading, hidden, plain, ratios, time_until
from lab.errors import LabError
from lab.parts import Tables
from lab.spelling import did_you_mean

KEYS = ["variant", "trial"]

GOOD = ("final_test_accuracy", "final_accuracy", "final_cost")
"""What tells how good a variant is: the first of these that there is."""


@dataclass(frozen=True)
class Metric:
    """A number for each trial.

    ``measure`` gives it, from a run's tables, as the column ``value`` of a table indexed by variant and
    trial. Its column ``horizon`` is infinite, unless the number is the time until something happens: then it
    is the time that was waited, and ``value`` is infinite where it did not happen. ``unit`` is what values
    are in, if in anything; ``more`` and ``less`` are the words for a larger and a smaller value, and
    ``subject`` for what is larger, where the variant itself is not. ``reached`` is what a time is waited for.
    ``words`` say in short what it is; ``better`` is 1 where a larger value is better, −1 where a smaller is,
    else 0.
    """

    name: str
    description: str
    measure: Callable[[Tables], pd.DataFrame]
    unit: str = ""
    more: str = "higher"
    less: str = "lower"
    words: str = ""
    better: int = 0
    subject: str = ""
    reached: str = ""


def metric(name: str) -> Metric:
    """The metric of this name, one of `METRICS`, or ``epochs_to=SHARE`` with an accuracy of one's own.

    Raises LabError where there is none, with the nearest.
    """
    if name in METRICS:
        return METRICS[name]
    word, _, share = name.partition("=")
    if word != "epochs_to":
        raise LabError(f"unknown metric {name!r}; {did_you_mean(name, METRICS)}")
    accuracy = nan
    with suppress(ValueError):
        accuracy = float(share)
    if not 0 < accuracy <= 1:
        raise LabError(f"{name}: expected an accuracy above 0 and at most 1, such as epochs_to=0.9")
    return _epochs_to(accuracy)


def samples(metric: Metric, tables: Tables) -> pd.DataFrame:
    """The metric of every trial: variant, trial, status, value, horizon.

    ``value`` is missing (NaN) where the trial is not done, and where it was not recorded or is no number.
    Variants stand in the order of the table ``trials``.
    """
    trials = tables["trials"]
    found = plain(metric.measure(tables)).reindex(plain(trials.set_index(KEYS)).index)
    value, horizon = found[["value", "horizon"]].to_numpy(np.float64).T
    sound = np.isfinite(value) | (np.isfinite(horizon) & (value == inf))
    done = (trials["status"] == "done").to_numpy()
    return trials[[*KEYS, "status"]].assign(value=np.where(done & sound, value, nan), horizon=horizon)


def default_samples(tables: Tables) -> dict[Metric, pd.DataFrame]:
    """The `samples` where no metric is named: how good, how soon, how large layer 1's gradient, how even.

    How good is the test accuracy, without test examples the accuracy, without classes the cost. A metric that
    is finite in no trial is left out.
    """
    had: dict[Metric, pd.DataFrame] = {}
    for name in (*GOOD, "epochs_to=0.9", "log_speed_first", "log_ratio_end"):
        if name in GOOD and had:
            continue
        found = samples(METRICS[name], tables)
        if np.isfinite(found["value"]).any():
            had[METRICS[name]] = found
    return had


def _epochs_to(accuracy: float) -> Metric:
    """The epoch of the first reading that is at least so accurate, infinite without one."""

    def measure(tables: Tables) -> pd.DataFrame:
        steps = tables["steps"]
        column = "test_accuracy" if steps["test_accuracy"].notna().any() else "accuracy"
        read = steps[steps[column].notna()]
        horizon = read.groupby(KEYS, observed=True)["epoch"].max()
        return pd.DataFrame(
            {"value": time_until(read, "epoch", read[column] >= accuracy), "horizon": horizon}
        )

    return Metric(
        f"epochs_to={accuracy}",
        f"epochs until the accuracy first reads {accuracy}, over the test examples where there are any; a "
        "trial that never gets there counts with the epochs it was given (restricted mean time), unless its "
        "partner does not get there either",
        measure,
        "epochs",
        "later",
        "sooner",
        f"epochs until {accuracy:g} are right",
        -1,
        reached=f"{accuracy}",
    )


def _of_trials(column: str, description: str, words: str, better: int = 1) -> Metric:
    """A column of the table ``trials`` as a metric."""

    def measure(tables: Tables) -> pd.DataFrame:
        return _timeless(tables["trials"].set_index(KEYS)[column])

    return Metric(column, description, measure, words=words, better=better)


def _log_ratio(reading: str) -> Metric:
    """The ratio at a reading; missing with fewer than two hidden layers."""

    def measure(tables: Tables) -> pd.DataFrame:
        return _timeless(_log(ratios(at_reading(reading, _hidden(tables)))))

    word = {"start": "first", "end": "last"}[reading]
    over = f"log₁₀ of ‖∂C/∂b‖ in the first hidden layer over that in the last, at the {word} reading"
    words = f"speed of layer 1 over the last hidden layer's, {word} reading"
    ratio, larger = "the gradient of layer 1 over that of the last hidden layer", ("larger", "smaller")
    return Metric(f"log_ratio_{reading}", over, measure, "decades", *larger, words, subject=ratio)


def _hidden(tables: Tables) -> pd.DataFrame:
    return hidden(tables["layers"].reindex(columns=[*KEYS, "step", "layer", "learning_speed", "saturation"]))


def _log_speed(tables: Tables) -> pd.DataFrame:
    """Of layer 1, the mean over the readings."""
    rows = _hidden(tables).query("layer == 1")
    return _mean(rows.assign(log_speed=_log(rows["learning_speed"])), "log_speed")


@np.errstate(divide="ignore")
def _log(sizes: "pd.Series[float]") -> "pd.Series[float]":
    """log₁₀, −∞ of 0."""
    return sizes.astype(np.float64).pipe(np.log10)


def _mean(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return _timeless(rows.groupby(KEYS, observed=True)[column].mean())


def _timeless(value: pd.Series) -> pd.DataFrame:
    """Values that are no time until something happens."""
    return pd.DataFrame({"value": value, "horizon": inf})


METRICS: dict[str, Metric] = {
    made.name: made
    for made in (
        _of_trials(
            "final_test_accuracy",
            "share of test examples that are right after the last step",
            "test accuracy at the end",
        ),
        _of_trials("best_test_accuracy", "the greatest test accuracy of any reading", "best test accuracy"),
        _of_trials(
            "final_accuracy",
            "share of training examples that are right after the last step",
            "training accuracy at the end",
        ),
        _of_trials("final_cost", "C over all training examples after the last step", "cost at the end", -1),
        _epochs_to(0.9),
        Metric(
            "log_speed_first",
            "mean over the readings of log₁₀ ‖∂C/∂b‖ in the first hidden layer; missing where it is ever 0",
            _log_speed,
            "decades",
            "larger",
            "smaller",
            "speed of layer 1, all readings",
            subject="the gradient ∂C/∂b of layer 1",
        ),
        _log_ratio("start"),
        _log_ratio("end"),
        Metric(
            "saturation_end",
            "saturated share of (neuron, example) at the last reading, the mean over the hidden layers",
            lambda tables: _mean(at_reading("end", _hidden(tables)), "saturation"),
            words="saturated share at the end",
            subject="the saturated share",
        ),
    )
}
"""The metrics that the lab knows: name → metric."""
