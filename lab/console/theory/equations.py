"""Equations with their numbers in them: of symbols, numbers, columns and matrices; as text or as LaTeX."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from lab.numerics import Array

Term: TypeAlias = str | Array
"""A symbol, or a column (n,) or matrix (n, m) of numbers."""

WIDTH = 110
"""Columns after which an equation goes on below."""

MOST = 6
"""Rows and columns of a matrix that are shown; of more, the first and, after dots, the last."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LATEX = {
    "∇ₐ": r"\nabla_a ", "∂": r"\partial ", "δ": r"\delta ", "Σ′": r"\Sigma' ", "σ": r"\sigma ", "′": "'",
    "⊙": r"\odot ", "·": r"\cdot ", "−": "-", "ᵀ": "^T", "…": r"\ldots ",
}  # fmt: skip


def raised(l: int) -> str:
    """The number of a layer as the book writes it: raised.

    >>> raised(12)
    '¹²'
    """
    return str(l).translate(_RAISED)


def lowered(*numbers: int) -> str:
    """The numbers of neurons as the book writes them: lowered, with a comma where one has two digits.

    >>> lowered(2, 1), lowered(2, 10)
    ('₂₁', '₂,₁₀')
    """
    return ("," if max(numbers) > 9 else "").join(str(number).translate(_LOWERED) for number in numbers)


def number(value: float) -> str:
    """Four significant digits.

    >>> number(-0.123456), number(1e-12), number(2.0)
    ('−0.1235', '1e-12', '2')
    """
    text = f"{value + 0.0:.4g}"  # no −0
    return f"−{text[1:]}" if text.startswith("-") else text


def total(terms: Sequence[str], last: str = "") -> str:
    """A sum of terms, each with its own sign; of many, the first few, and then the ``last`` all the same.

    >>> total(["0.5·2", "−1·3"], "4")
    '0.5·2 − 1·3 + 4'
    """
    shown = [*terms] if len(terms) <= MOST else [*terms[: MOST - 1], "…"]
    first, *rest = [*shown, last] if last else shown
    return first + "".join(f" − {term[1:]}" if term.startswith("−") else f" + {term}" for term in rest)


def text(terms: Sequence[Term]) -> str:
    """An equation for the screen, in as many lines as its highest matrix has rows.

    >>> import numpy as np
    >>> print(text(["δ² =", np.array([0.5, -1.0]), "⊙", np.array([0.25, 0.2])]))
         ⎡0.5⎤   ⎡0.25⎤
    δ² = ⎣ −1⎦ ⊙ ⎣ 0.2⎦
    """
    lines: list[list[list[str]]] = [[]]
    for term in terms:
        block = [term] if isinstance(term, str) else _bracketed(_cells(term))
        wide = sum(len(one[0]) + 1 for one in [*lines[-1], block])
        if lines[-1] and block != ["="] and wide > WIDTH:
            lines.append([["   "]])
        lines[-1].append(block)
    return "\n".join(_beside(blocks) for blocks in lines)


def latex(terms: Sequence[Term]) -> str:
    r"""An equation for LaTeX with amsmath, without its surroundings.

    >>> import numpy as np
    >>> print(latex(["δ² =", np.array([0.5, -1e-9])]))
    \delta ^{2} = \begin{bmatrix} 0.5 \\ -1\cdot 10^{-9} \end{bmatrix}
    """
    return " ".join(_symbols(term) if isinstance(term, str) else _matrix(_cells(term)) for term in terms)


def prose(written: str) -> str:
    r"""Words for LaTeX.

    >>> print(prose("100 % of a_1"))
    100 \% of a\_1
    """
    return re.sub(r"([#$%&_{}])", r"\\\1", written)


def _symbols(written: str) -> str:
    written = re.sub(r"(\d)e\+?(-?)0*(\d+)", r"\1·10^{\2\3}", written)
    written = re.sub(r"\b[a-z]{2,}\b(?: [a-z]+\b)* ?", lambda words: rf"\text{{{words[0]}}}", written)
    for signs, mark in (("⁰¹²³⁴⁵⁶⁷⁸⁹", "^"), ("₀₁₂₃₄₅₆₇₈₉", "_")):
        written = re.sub(f"([{signs}](?:,?[{signs}])*)", rf"{mark}{{\1}}", written)
        written = written.translate(str.maketrans(signs, "0123456789"))
    for sign, command in _LATEX.items():
        written = written.replace(sign, command)
    return written


def _matrix(cells: list[list[str]]) -> str:
    dots = {"⋮": r"\vdots", "⋯": r"\cdots", "⋱": r"\ddots"}
    rows = r" \\ ".join(" & ".join(dots.get(cell) or _symbols(cell) for cell in row) for row in cells)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def _cells(values: Array) -> list[list[str]]:
    """The numbers of a matrix or a column as text, with dots in the place of what is too many."""
    matrix = values[:, None] if values.ndim == 1 else values
    rows, columns = (_shown(count) for count in matrix.shape)
    dots = {(True, False): "⋮", (False, True): "⋯", (True, True): "⋱"}
    return [[dots.get((i < 0, j < 0)) or number(matrix[i, j]) for j in columns] for i in rows]


def _shown(count: int) -> list[int]:
    """The places of the rows or columns that are shown; −1 for the dots."""
    return [*range(count)] if count <= MOST else [*range(MOST - 2), -1, count - 1]


def _bracketed(cells: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    if len(rows) == 1:
        return [f"[{rows[0]}]"]
    last = len(rows) - 1
    ends = {0: "⎡⎤", last: "⎣⎦"}
    return [f"{ends.get(i, '⎢⎥')[0]}{row}{ends.get(i, '⎢⎥')[1]}" for i, row in enumerate(rows)]


def _beside(blocks: Sequence[list[str]]) -> str:
    """Blocks of lines side by side, their middles at one height."""
    height = max(map(len, blocks))
    columns = []
    for block in blocks:
        above = (height - len(block) + (len(block) == 1 and height % 2 == 0)) // 2
        blank = [" " * len(block[0])]
        columns.append([*above * blank, *block, *(height - len(block) - above) * blank])
    return "\n".join(" ".join(row).rstrip() for row in zip(*columns, strict=True))
