"""A table as text for a paper, a page or a spreadsheet."""

from html import escape

import pandas as pd

from lab.analysis.rows import filled
from lab.console.screen import cell_text

_LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "−": "$-$", "∞": r"$\infty$", "√": r"$\surd$", "′": "$'$", "≥": r"$\geq$", "≤": r"$\leq$",
    "α": r"$\alpha$", "β": r"$\beta$", "γ": r"$\gamma$", "δ": r"$\delta$", "ε": r"$\varepsilon$",
    "η": r"$\eta$", "θ": r"$\theta$", "κ": r"$\kappa$", "λ": r"$\lambda$", "μ": r"$\mu$", "π": r"$\pi$",
    "ρ": r"$\rho$", "σ": r"$\sigma$", "τ": r"$\tau$", "φ": r"$\varphi$", "χ": r"$\chi$",
})  # fmt: skip
"""What LaTeX would take for a command, print as another character, or not know in a text."""

_MARKDOWN = str.maketrans({"|": "&#124;", "<": "&lt;", **{mark: f"\\{mark}" for mark in "\\*`~$["}})
"""What Markdown would take for a mark: of ``z**2/(1 + z**2)`` it makes a part bold."""


def text(table: pd.DataFrame, form: str) -> str:
    """The table in this form: ``csv`` with all digits; ``markdown``, ``latex`` and ``html`` with three.

    CSV has every column, the others those in which something stands. LaTeX needs the package booktabs. A
    missing number is a dash, in CSV it is empty.

    >>> print(text(pd.DataFrame({"name": ["a_b"], "x": [0.12345], "y": [None]}), "markdown"))
    | name | x |
    | --- | ---: |
    | a_b | 0.123 |
    <BLANKLINE>
    """
    if form == "csv":
        return str(table.to_csv(index=False, lineterminator="\n"))
    table = filled(table)
    numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in table]
    names = list(map(str, table.columns))
    cells = [[cell_text(value) for value in row] for row in table.astype(object).to_numpy().tolist()]
    if form == "latex":  # a hyphen is no minus there
        minus = [("-", "−") if number else ("", "") for number in numeric]
        cells = [[cell.replace(*of) for cell, of in zip(row, minus, strict=True)] for row in cells]
    return {"markdown": _markdown, "latex": _latex, "html": _html}[form](names, numeric, cells)


def _markdown(names: list[str], numeric: list[bool], cells: list[list[str]]) -> str:
    rows = [names, ["---:" if number else "---" for number in numeric], *cells]
    return "".join(f"| {' | '.join(cell.translate(_MARKDOWN) for cell in row)} |\n" for row in rows)


def _latex(names: list[str], numeric: list[bool], cells: list[list[str]]) -> str:
    head, *rows = [" & ".join(cell.translate(_LATEX) for cell in row) + r" \\" for row in (names, *cells)]
    columns = "".join("r" if number else "l" for number in numeric)
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *rows, r"\bottomrule"]
    return "\n".join([*lines, r"\end{tabular}", ""])


def _html(names: list[str], numeric: list[bool], cells: list[list[str]]) -> str:
    def row(tag: str, values: list[str]) -> str:
        looks = (' style="text-align: right"' if number else "" for number in numeric)
        inner = (f"<{tag}{look}>{escape(value)}</{tag}>" for look, value in zip(looks, values, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(row("td", values) for values in cells)
    return f"<table>\n<thead>{row('th', names)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
