"""Random formulas: where 53 bits with exponents of any size keep the digits of σ′, so does the lab."""

import ast
from math import isnan

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from tests.exact import FORMULAS, grown, judged, roughly
from tests.prover.intervals.test_enclosure import FUZZ

SIZES = [0.01, 0.375, 1.25, 5.5, 21.0, 90.25, 700.5, 1e4]
POINTS = [side * size for size in SIZES for side in (-1, 1)]

WELL, HELD = 1e-13, 1e-12
"""The relative error of 53 bits up to which a formula is well conditioned, and what the lab is held to."""


def lost(text):
    """The z at which digits are lost that the formula as written would keep; what is found, what is true."""
    sigma = Formula(text)
    tree = ast.parse(sigma.text, mode="eval")
    limits = np.finfo(float)
    for z, *values in zip(POINTS, *sigma.with_derivative(np.array(POINTS)), strict=True):
        rough, known = (evaluate(tree, z) for evaluate in (roughly, judged))
        if rough is None or known is None:
            continue
        for value, true, held in zip(values, known, rough, strict=True):
            size = abs(true)
            kept = float(limits.tiny) <= size < float(limits.max) and abs(held - true) <= WELL * size
            if kept and (isnan(value) or abs(mp.mpf(float(value)) - true) > HELD * size):
                yield z, float(value), float(true)


def check(text):
    try:
        wrong = list(lost(text))
    except FormulaError:
        assume(False)
    assert wrong == []


@settings(FUZZ, max_examples=60)
@given(FORMULAS)
def test_random_formulas_keep_their_digits(text):
    check(text)


@pytest.mark.slow
@settings(FUZZ, max_examples=2000)
@given(st.recursive(st.just("z"), grown, max_leaves=10))
def test_larger_random_formulas_keep_their_digits(text):
    check(text)
