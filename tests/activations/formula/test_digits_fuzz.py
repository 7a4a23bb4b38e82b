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
from tests.prover.test_enclosure import FUZZ

POINTS = [
    -1e4,
    -700.5,
    -90.25,
    -21.0,
    -5.5,
    -1.25,
    -0.375,
    -0.01,
    0.01,
    0.625,
    1.75,
    7.5,
    30.0,
    150.0,
    1e3,
    1e4,
]

WELL, HELD = 1e-13, 1e-11
"""The relative error of 53 bits up to which a formula is well conditioned, and what the lab is held to."""


def lost(text):
    """The z at which digits of σ or σ′ are lost that the formula as written would keep, with what they are."""
    sigma = Formula(text)
    tree = ast.parse(sigma.text, mode="eval")
    limits = np.finfo(float)
    found = sigma.with_derivative(np.array(POINTS))
    for z, *values in zip(POINTS, *found, strict=True):
        rough, known = (evaluate(tree, z) for evaluate in (roughly, judged))
        if rough is None or known is None:
            continue
        for value, true, held in zip(values, known, rough, strict=True):
            size = abs(true)
            ordinary = float(limits.tiny) <= size < float(limits.max)
            if ordinary and abs(held - true) <= WELL * size:
                if isnan(value) or not abs(mp.mpf(float(value)) - true) <= HELD * size:
                    yield z, float(value), float(true)


def check(text):
    try:
        wrong = list(lost(text))
    except FormulaError:
        assume(False)
    assert wrong == []
