"""The known word that is meant by one that is not known: spelt nearly so, or what other programs call it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

MOST_LISTED = 15
"""So many known words are listed in a message; of more, those that are near."""

MUCH_LESS_ALIKE = 0.1
"""How much less like a word than the nearest, as a share of its letters, others may be that are told too."""

ELSEWHERE = {
    "name": "file path dataset source",
    "train": "train_size n_train",
    "test": "test_size n_test",
    "standardise": "normalize normalise scale scaling",
    "features": "columns usecols inputs",
    "ignore": "drop exclude skip",
    "missing": "na_values",
    "nan": "dropna na missing_values",
    "separator": "sep delimiter delim",
    "eta": "lr learning_rate learningrate stepsize step_size η",
    "lambda": "weight_decay decay l1 l2 regularisation regularization λ",
    "steps": "iterations iters max_steps",
    "batch": "batch_size mini_batch minibatch mini_batch_size minibatch_size minibatchsize",
    "mu": "momentum momentum_coefficient momentum-coefficient",
    "optimiser": "optim solver momentum",
    "hidden": "layers units widths neurons sizes hidden_layers hidden_sizes hidden_layer_sizes layer_sizes",
    "cost": "loss criterion objective",
    "initialiser": "init weights",
    "run": "train fit start",
    "seeds": "count repeats replicates runs n_trials",
    "vary": "sweep grid param_grid search",
    "value": "formula function expression expr f sigma",
    "derivative": "slope gradient grad df dsigma prime",
    "quadratic": "mse l2 squared mean-squared-error mean_squared_error mseloss mse_loss",
    "absolute": "mae l1 mean_absolute_error l1loss l1_loss",
    "huber": "smooth_l1 smoothl1loss huberloss",
    "cross-entropy": "bce log-loss logloss log_loss binary-cross-entropy binary_crossentropy bceloss "
    "bcewithlogitsloss",
    "softmax-cross-entropy": "nll categorical-cross-entropy categorical_crossentropy nllloss "
    "sparse_categorical_crossentropy crossentropyloss log-likelihood negative-log-likelihood",
    "momentum": "velocity momentum-coefficient momentum-co-efficient",
    "descent": "sgd gd gradient-descent stochastic-gradient-descent",
    "glorot-uniform": "xavier xavier-uniform xavier_uniform glorot",
    "glorot-normal": "xavier xavier-normal xavier_normal glorot",
    "he": "kaiming he-normal he_normal kaiming-normal kaiming_normal",
    "he-uniform": "kaiming-uniform kaiming_uniform",
    "normal": "gaussian random_normal randomnormal truncated_normal truncatednormal trunc_normal",
    "uniform": "random_uniform randomuniform",
    "constant": "zeros ones",
    "torch": "pytorch",
    "float64": "double",
    "float32": "single float",
}
"""What other programs, in words with blanks between, call a thing that is so called here."""

_LEAST_PART = 2
"""A word of so many letters may be meant for a longer one of which it is a part."""


def did_you_mean(word: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """A hint for the end of a message: up to three near words, and all known words where they are few.

    Words of which one holds a comma are quoted, so that they are told apart.
    Near ones may be of ``also``, other spellings that are accepted but not listed.
    """
    names = sorted({*known})
    near = [repr(one) for one in _near(word, [*names, *also], 3)]
    hint = f"did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?" if near else ""
    if not names:
        return "there is none"
    if near and (foreign := next((letter for letter in word if not letter.isascii()), "")):
        hint += f" ({foreign!r} is {unicodedata.name(foreign, 'no letter').lower()})"
    if any("," in name for name in names):
        names = [repr(name) for name in names]
    if len(names) > MOST_LISTED:
        return hint or f"known are {', '.join(names[:3])} and {len(names) - 3} others"
    listed = ", ".join(names)
    return f"{hint} (known: {listed})" if near else f"expected one of {listed}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like ``word``, in upper or lower case; None where none is like it."""
    return next(iter(_near(word, known, 1)), None)


def called_here(word: str) -> list[str]:
    """What is so called elsewhere, in the words used here.

    >>> called_here("lr"), called_here("kaiming_normal_"), called_here("eta")
    (['eta'], ['he'], [])
    """
    return [here for here, theirs in ELSEWHERE.items() if word.lower().rstrip("_") in theirs.split()]


def _near(word: str, known: Iterable[str], most: int) -> list[str]:
    lowered = {name.lower(): name for name in known}
    if word.lower() in lowered:
        return [lowered[word.lower()]]
    word = word.partition("(")[0] or word  # as of a call
    meant = called_here(word.rpartition(".")[2])
    if said := [lowered[here] for here in meant if here in lowered]:
        return said
    close = get_close_matches(word.lower(), lowered, n=3 * most, cutoff=0.6)
    if not close and len(word) >= _LEAST_PART:
        words = {word.lower(), *meant}
        parts = [one for one in sorted(lowered) if words.intersection(re.split("[^a-z0-9]+", one))]
        return [lowered[one] for one in parts[:most]]
    spelled = {re.sub("[-_]", "", one): one for one in reversed(close)}  # the best spelling of each name
    best_spelled = [one for one in close if one in spelled.values()]
    alike = {one: SequenceMatcher(None, one, word.lower()).ratio() for one in best_spelled}
    best = max(alike.values(), default=0.0)
    return [lowered[one] for one, ratio in alike.items() if ratio >= best - MUCH_LESS_ALIKE][:most]
