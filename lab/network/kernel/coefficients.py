"""The coefficients of the kernel's elementary functions, fitted in 60 digits: ``coefficients.h``.

Each function is brought, by exact steps, to an interval near 0, where a polynomial takes over. It is nearly
the best one of its degree: a Chebyshev series, cut off. `written` is the header that the kernel is built
with; ``python -m lab.network.kernel.coefficients`` writes it. Needs mpmath, which only tests install.
"""

from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

HEADER = Path(__file__).with_name("coefficients.h")


class Fit(NamedTuple):
    """A polynomial P(u) on an interval, of this degree in float and in double."""

    of: str
    low: float
    high: float
    degrees: tuple[int, int]


HALF_LN2, EIGHTH_PI, S = 0.34658, 0.41422, (sqrt(2) - 1) / (sqrt(2) + 1)
FITS = {
    "EXPM1": Fit("(e^u − 1 − u)/u²", -HALF_LN2, HALF_LN2, (5, 10)),
    "LOG": Fit("(2 atanh(√u)/√u − 2)/u", 0, S * S * 1.001, (2, 6)),
    "SIN": Fit("(sin √u/√u − 1)/u", 0, 0.6169, (2, 6)),
    "COS": Fit("(cos √u − 1 + u/2)/u²", 0, 0.6169, (2, 5)),
    "ATAN": Fit("(atan √u/√u − 1)/u", 0, EIGHTH_PI**2, (4, 11)),
    "SINC": Fit("(sin √u/√u − 1)/u", 0, 1, (3, 9)),
    "SINC_SLOPE": Fit("(cos √u − sin √u/√u)/u", 0, 1, (3, 9)),
    "ERF": Fit("erf √u/√u − 9/8", 0, 1, (6, 14)),
    "ERFCX": Fit("erfcx(x)(x + 3)/6, where u = (x − 3)/(x + 3)", -1, 1, (11, 24)),
}


def functions() -> dict[str, Callable[[Any], Any]]:
    """The functions of `FITS` in mpmath's numbers, with their limits at u = 0."""
    from mpmath import mp

    def of_root(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda u: function(mp.sqrt(abs(u) + mp.mpf(10) ** -40))

    def erfcx(u: Any) -> Any:
        if u == 1:
            return 1 / (6 * mp.sqrt(mp.pi))
        x = 3 * (1 + u) / (1 - u)
        if x < 50:
            return mp.exp(x * x) * mp.erfc(x) * (x + 3) / 6
        terms = (mp.fac2(2 * k - 1) / (-2 * x * x) ** k for k in range(20))
        return sum(terms) / mp.sqrt(mp.pi) * (1 + 3 / x) / 6

    return {
        "EXPM1": lambda u: (mp.expm1(u) - u) / u**2 if u else mp.mpf(1) / 2,
        "LOG": of_root(lambda s: (2 * mp.atanh(s) / s - 2) / s**2),
        "SIN": of_root(lambda x: (mp.sin(x) / x - 1) / x**2),
        "COS": of_root(lambda x: (mp.cos(x) - 1 + x**2 / 2) / x**4),
        "ATAN": of_root(lambda x: (mp.atan(x) / x - 1) / x**2),
        "SINC": of_root(lambda x: (mp.sin(x) / x - 1) / x**2),
        "SINC_SLOPE": of_root(lambda x: (mp.cos(x) - mp.sin(x) / x) / x**2),
        "ERF": of_root(lambda x: mp.erf(x) / x - mp.mpf(9) / 8),
        "ERFCX": erfcx,
    }


def fitted(name: str, degree: int) -> list[float]:
    """The coefficients of a fit, the highest power first."""
    from mpmath import mp

    with mp.workdps(120):
        fit, function = FITS[name], functions()[name]
        ends = [fit.low, fit.high]
        try:
            rising = mp.chebyfit(function, ends, degree + 1, asc=True)
        except TypeError:  # mpmath before 1.4, which knows the other order alone
            return [float(c) for c in mp.chebyfit(function, ends, degree + 1)]
        return [float(c) for c in reversed(rising)]


def written() -> str:
    """The header, with the coefficients of float and of double."""
    lines = ["// Written by coefficients.py: polynomials, the highest power first.", ""]
    for size, condition in enumerate(("#if REAL_BYTES == 4", "#else")):
        lines.append(condition)
        for name, fit in FITS.items():
            lines.append(f"// {fit.of} for {fit.low:.5g} <= u <= {fit.high:.5g}")
            numbers = ", ".join(c.hex() for c in fitted(name, fit.degrees[size]))
            lines.append(f"static const real {name}[] = {{{numbers}}};")
    return "\n".join([*lines, "#endif", ""])


if __name__ == "__main__":
    HEADER.write_text(written(), encoding="utf-8")
