"""Orders of growth and their arithmetic: small cases exactly."""

from math import exp, inf, log

import pytest
from flint import arb, fmpq

from lab.numerics import REALS, Interval
from lab.prover.tails.orders import (
    CONSTANT,
    Order,
    Span,
    Tail,
    inverse,
    negative,
    number_in,
    of_interval,
    power,
    product,
    scaled,
    size,
    total,
)
from lab.prover.tails.rules import variable


def test_orders_are_sorted_by_how_fast_they_grow():
    falling, constant, root, line, grown = (
        Order(fmpq(-1), fmpq(9)),
        CONSTANT,
        Order(power=fmpq(1, 2)),
        Order(power=fmpq(1)),
        Order(fmpq(1), fmpq(-9)),
    )
    assert falling < Order(power=fmpq(-1)) < constant < Order(logs=fmpq(9)) < root < line < grown
    assert line.times(root, fmpq(-2)) == constant


@pytest.mark.parametrize("rate", [-1, 0, 1])
@pytest.mark.parametrize("power", [-3, fmpq(-1, 8), 0, 2])
@pytest.mark.parametrize("logs", [-2, fmpq(-1, 2), 1, 5])
@pytest.mark.parametrize("start", [1, 40])
def test_an_order_with_a_logarithm_lies_between_its_bounds(rate, power, logs, start):
    order = Order(fmpq(rate), fmpq(power), fmpq(logs))
    most, least = order.most(fmpq(start)), order.least(fmpq(start))
    assert (most is None) == (order > CONSTANT)
    for t in (float(start) * 1.5**k for k in range(90 if rate == 0 else 6)):
        value = t ** float(arb(order.power)) * exp(rate * t) * (1 + log(t)) ** float(arb(order.logs))
        assert float(least) <= value * (1 + 1e-12)
        assert most is None or value <= float(most) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("rate", "power", "start", "most", "least"),
    [
        (0, 0, 2, 1.0, 1.0),
        (-1, 0, 2, exp(-2), 0.0),
        (-1, 3, 2, 27 * exp(-3), 0.0),
        (-1, 3, 5, 125 * exp(-5), 0.0),
        (0, -2, 2, 0.25, 0.0),
        (1, -3, 2, None, exp(3) / 27),
        (1, -3, 5, None, exp(5) / 125),
        (0, 2, 3, None, 9.0),
        (0, 10**300, 10**6, None, 1.0),  # what is out of reach is not less than at 1
    ],
)
def test_the_extremes_of_an_order(rate, power, start, most, least):
    order = Order(fmpq(rate), fmpq(power))
    found = order.most(fmpq(start))
    assert (found is None) == (most is None)
    if most is not None:
        assert float(found) == pytest.approx(most, rel=1e-14)
    assert float(order.least(fmpq(start))) == pytest.approx(least, rel=1e-14)


@pytest.mark.parametrize(
    ("low", "high", "most", "least"),
    [(1, 3, 3, 1), (-3, -1, 3, 1), (-2, 1, 2, 0), (0, 4, 4, 0)],
)
def test_the_sizes_of_a_span(low, high, most, least):
    span = Span(arb(low), arb(high))
    assert (float(span.most), float(span.least)) == (most, least)


def test_a_tail_of_which_nothing_is_known():
    assert Tail(fmpq(1), None).values == REALS
    assert not Tail(fmpq(1), None).vanishes


T = variable(Interval(4.0, inf))
NUMBER = of_interval(Interval(2.0, 3.0), T.start)


@pytest.mark.parametrize(
    ("made", "order", "low", "high"),
    [
        (negative(T), 1, -1.0, -1.0),
        (size(negative(T)), 1, 1.0, 1.0),
        (product(T, NUMBER), 1, 2.0, 3.0),
        (product(NUMBER, inverse(T)), -1, 2.0, 3.0),
        (product(T, inverse(NUMBER)), 1, 1 / 3, 0.5),
        (inverse(product(T, T)), -2, 1.0, 1.0),
        (power(T, 0.5), 0.5, 1.0, 1.0),
        (power(negative(T), -3.0), -3, -1.0, -1.0),
        (scaled(T, arb(-1), arb(2)), 1, -1.0, 2.0),
        (total(T, NUMBER, True), 1, 1.0, 1.75),
        (total(NUMBER, negative(product(T, T)), False), 2, -1.0, -1 + 3 / 16),
    ],
)
def test_the_order_of_what_is_made_of_z(made, order, low, high):
    assert made.order == Order(power=fmpq(*float(order).as_integer_ratio()))
    assert [float(end) for end in made.span] == pytest.approx([low, high], rel=1e-14)


def test_a_difference_grows_as_the_larger_of_its_terms_does():
    found = total(product(T, T), negative(T), False)  # t² − t ≥ ¾ t² for t ≥ 4
    assert (found.lower, float(found.least)) == (Order(power=fmpq(2)), 0.75)
    assert found.grows


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (arb(0.75), arb(0.75), fmpq(3, 4)),
        (arb(0.75), arb(1), None),
        (arb(1) / 3, arb(1) / 3, None),
        (arb(2) ** 2000, arb(2) ** 2000, None),
        (arb("inf"), arb("inf"), None),
    ],
)
def test_the_number_of_a_span_of_one_float(low, high, number):
    assert number_in(Span(low, high)) == number
