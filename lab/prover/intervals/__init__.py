"""Interval arithmetic of expressions: values over a box, rounded outwards."""
