"""The pages of ``lab predict``: of an experiment, and of one activation."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import inf, isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from lab.activations.properties import unusable
from lab.api import predict
from lab.console.activations.shown import sigma_of, with_words
from lab.console.screen import Block, Note, Page, bold, dim, drawn, rows_of
from lab.errors import LabError
from lab.numerics import Interval
from lab.parts import Activation
from lab.runs.fitness import counterfactual
from lab.runs.forecast.doubts import notes
from lab.runs.forecast.prediction import prediction
from lab.runs.preparation import Prepared
from lab.theory.correlation import FixedCorrelation
from lab.theory.deep import Deep
from lab.theory.mean_field import Critical, FixedPoint, fixed_point
from lab.theory.outlook import Outlook, critical_line, outlook
from lab.theory.prediction import lost_layer, lost_text

HEADINGS = {
    **{column: column for column in ("variant", "layer", "n_in", "n_out")},
    "weight_variance": "σ_w²",
    "bias_variance": "σ_b²",
    "q": "q",
    "correlation": "c",
    "chi": "χ",
    "pair_chi": "χ_c",
    "ratio": "speed",
    "predicted_speed": "speed",
    "predicted_speed_w": "speed w",
    "predicted_delta_rms": "rms δ",
}
"""What the screen calls the columns of a prediction."""

CLOSE = 1e-9
"""How narrow, relatively, an interval is whose middle is shown with more digits."""


def experiment_page(ready: Prepared, plot: Path | None) -> Page:
    """A row a variant and layer: what is predicted of it before it trains."""
    predicted, title = prediction(ready.made), ready.plan.experiment.title
    said = notes(ready.made, predicted)
    said += dict.fromkeys(filter(None, (counterfactual(training.network) for _, training in ready.made)))
    return Page(
        predicted,
        [
            rows_of(predicted, HEADINGS, title),
            dim(
                "σ_w² = n_in Var w, σ_b² = Var b; q: mean square of z; c: correlation of the z of two "
                "examples; χ: E‖δ‖² of this layer over that of the next, χ_c: the same of E δ·δ′ of two "
                "examples; speed: ‖∂C/∂b‖ over that of the last hidden layer; speed w: of ‖∂C/∂w‖; "
                "rms δ: of √⟨‖δ‖²⟩"
            ),
            *map(Note, said),
        ],
        drawn("prediction", {"prediction": predicted}, plot, title),
    )


def activation_page(
    name: str, words: Sequence[str], deep: Deep, plot: Path | None, phase: Path | None, allow_code: bool
) -> Page:
    """The gains of one σ, its fixed point and critical σ_w², and a row a layer of a deep network of it."""
    sigma = sigma_of(name, words, allow_code)
    if problem := unusable(sigma):
        raise LabError(f"{name} {problem}; a σ must be defined, and have a slope, for every z")
    try:
        layers = predict(sigma, **asdict(deep))
    except ValueError as error:
        raise LabError(str(error)) from None
    found = outlook(sigma, deep)
    shown = layers.rename(columns={"ratio": "predicted_speed"}).assign(variant=name)
    plots = drawn("prediction", {"prediction": shown}, plot)
    if phase is not None:
        line = [(*point, False) for point in critical_line(sigma, deep.bias_variance)]
        points = [*line, (deep.bias_variance, float(deep.weight_variance), True)]
        table = pd.DataFrame(points, columns=["bias_variance", "weight_variance", "asked"])
        plots += drawn("phase", {"phase": table}, phase, f"Where errors grow: {name}")
    value = {"activation": str(sigma), **found.facts, "layers": layers}
    return Page(value, _body(with_words(name, words), sigma, found, layers), plots)


def _body(title: str, sigma: Activation, found: Outlook, layers: pd.DataFrame) -> Iterator[Block]:
    rest, deep, proved = found.rest, found.deep, found.proved
    yield bold(title)
    captions = ("gain going up, 1/√E σ(g)²:", "gain going down, 1/√E σ′(g)²:", "E σ′(g)²:")
    for caption, (gain, value) in zip(captions, found.gains.items(), strict=True):
        yield f"{caption:<32} {_number(value, proved.get(gain))}"
    if found.gains["mean_square_slope"] == inf:
        yield "σ′ is not square integrable: E σ′(g)² is infinite, so weights of no gain keep E ‖δ‖²"
    elif found.gains["mean_square_slope"] == 0:
        known = proved.get("mean_square_slope")
        is_flat = known is not None and known.high == 0
        where = "for almost every z" if is_flat else "where z is standard normal, or very small"
        yield f"σ′ is 0 {where}: no error passes, so weights of no gain keep E ‖δ‖²"
    scale = rest.depth_scale  # where errors grow, it is minus the layers over which they do by e
    grows = f"none, E‖δ‖² {'is infinite' if rest.chi == inf else f'grows by e every {-scale:.6g} layers'}"
    yield f"\nσ_w² = {deep.weight_variance:g}, σ_b² = {deep.bias_variance:g}"
    yield f"fixed point q*:                  {_fixed_point_text(rest, proved.get('fixed_point'))}"
    yield f"χ at q*:                         {_number(rest.chi, proved.get('chi'))}"
    yield f"depth scale ξ = −1/ln χ:         {grows if rest.chi > 1 else f'{_number(scale)} layers'}"
    yield f"correlation of two inputs at q*: {_correlation_text(rest, found.alike)}"
    yield f"critical σ_w² of this σ_b²:      {_critical_text(sigma, found.edge)}\n"
    of_two = ["correlation", "pair_chi"] if deep.correlation == 1 else []
    yield rows_of(layers.drop(columns=of_two), HEADINGS)
    if found.missed:
        yield Note(
            "σ turns so sharply somewhere that quadrature does not see it: the numbers of the layers are "
            "wrong; right is what is proved"
        )
    yield from map(Note, _missing(layers, deep.weight_variance))


def _missing(layers: pd.DataFrame, weight_variance: float) -> Iterator[str]:
    """Why speeds are missing in the rows of an activation, and where q is."""
    lost = lost_layer(layers["q"].tolist(), [weight_variance] * len(layers))
    if lost:
        yield lost_text(lost)
    if np.isfinite(layers["ratio"]).all():
        return
    if not np.isfinite(layers["q"]).all():
        yield "no speed: z grows beyond all numbers, or σ has no mean square"
    elif np.isinf(layers["chi"]).any():
        yield "no speed: where χ is infinite ‖δ‖² has no mean"
    elif (layers["chi"] == 0).any():
        yield "no speed: all are relative to that of the last layer, which is 0"


def _number(value: float, known: Interval | None = None) -> str:
    """A number, and how near it is proved to be where that says more than its digits."""
    if known is None or not known.high - known.low <= CLOSE * abs(known.high) < inf:
        return "–" if value != value else "∞" if value == inf else f"{value:.6g}"
    if known.low == known.high:
        return f"{known.low:.10g}, proved exactly"
    return f"{known.low / 2 + known.high / 2:.10g}, proved to ± {(known.high - known.low) / 2:.1g}"


def _fixed_point_text(rest: FixedPoint, known: Interval | None) -> str:
    """A fixed point, and whether q comes back to it: it does where the map is less steep than 1."""
    q, growth = rest.q, rest.growth
    if rest.everywhere:
        return "every q is fixed"
    if not isfinite(q):
        return "none, q grows without end" if q > 0 else "none, σ is undefined"
    kind = "marginal" if abs(abs(growth) - 1) < 1e-6 else "stable" if abs(growth) < 1 else "unstable"
    return f"{_number(q, known)}, {kind} (slope of the map {growth:.3g})"


def _correlation_text(rest: FixedPoint, alike: FixedCorrelation) -> str:
    if alike.c == alike.c:
        end = "all become alike" if alike.c == 1 else "inputs part"
        return f"→ {alike.c:.6g}, {end} (depth scale {_number(alike.depth_scale)} layers)"
    if alike.slope == 1:
        return "every c is fixed"
    return "none, z is 0" if rest.q == 0 else "none, there is no q*"


def _critical_text(sigma: Activation, edge: Critical | None) -> str:
    if edge is None:
        return "none at a q that the map comes to rest at"
    rest = fixed_point(sigma, edge.weight_variance, 0.0)
    where = "where every q is fixed" if rest.everywhere and rest.q == edge.q else f"where q* = {edge.q:.6g}"
    return f"{edge.weight_variance:.6g}, {where}"
