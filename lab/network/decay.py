"""Weight decay that overshoots: what w ← (1 − ηλ/n) w makes of weights where ηλ/n is about 1 or more."""

TURNS, GROWS = 1.0, 2.0
"""The ηλ/n from which on no weight keeps its sign, and from which on none shrinks."""


def taken(eta: float, decay: float, examples: float) -> float:
    """ηλ/n to 12 digits: the share of the weights that decay takes in a step, with n training examples.

    >>> taken(0.1, 30.0, 3)
    1.0
    """
    return float(f"{eta * decay / examples:.12g}")


def overshooting(share: float) -> str:
    """What a decay that takes this share ηλ/n of the weights in a step makes of them.

    >>> overshooting(2.5)
    'each step multiplies the weights by 1 − ηλ/n = −1.5, so that they change sign and grow without end'
    >>> overshooting(1.25)
    'each step multiplies the weights by 1 − ηλ/n = −0.25, so that they change sign'
    """
    if share <= TURNS:
        what = "nearly none" if share < TURNS else "none"
        what += " of them is left"
    else:
        what = "they change sign"
        if share >= GROWS:
            what += " and grow without end" if share > GROWS else " and do not shrink"
    left = f"{float(f'{1 - share:.3g}'):.6g}".replace("-", "−")
    return f"each step multiplies the weights by 1 − ηλ/n = {left}, so that {what}"
