"""Formulas: from what people write to a graph, and from the graph to σ, σ′, LaTeX and programs.

Which file answers which question, in the order of a formula's walk:

What did people mean?
    `latex`, `forms` and `notation` bring a text to the signs of Python, `dialect` to the names of the lab,
    which `libraries` lists. `parser` reads it into a graph; `slips` and `refusal` tell why it is none.
What is an expression?
    `graph`: nodes, each made once. `float_graph` is the kind that is computed. `operations` is the table of
    all that may stand in one; `terms` tells the factors and the terms that one has.
What is its derivative?
    `derivatives`: the chain rule, and quotients and powers; `signs`: products of sign(x).
In what form is it right far out?
    `rewrites`: the table of stable forms, and of those for computing alone; `hinges`: two pieces as one;
    `series`: sums that cancel next to a point or far out.
How is it computed?
    `lowering` writes σ and σ′ in `kernels` (with `special`), and `program` runs them on arrays.
What if floats run over on the way?
    `careful` finds those z, and computes there in numbers whose exponent has no end (`scaled`), or with
    exponents kept `apart` as terms in z.
Where does it bend or jump?
    `switches`.

`formula` puts them together: `lab.activations.formula.formula.Formula`. `typeset` shows one.
"""
