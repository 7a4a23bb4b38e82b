"""Tables as a run leaves them: four designs, five layers, twenty trials; no network is involved."""

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from lab.figures import draw

VARIANTS = ("sigmoid", "tanh", "relu", "tanh(z) + 0.1*z")
DECAY = {"sigmoid": 0.2, "tanh": 0.75, "relu": 0.9, "tanh(z) + 0.1*z": 0.95}
LAYERS = 5
CAUSES = (
    *("cause_input_low", "cause_output_saturated", "cause_error_small"),
    *("cause_examples_apart", "cause_examples_cancel", "cause_nothing_left"),
)
KEYS = ("variant", "trial", "step", "epoch", "status", "layer")
READINGS = np.arange(0, 501, 10)


def _keys(**levels) -> pd.DataFrame:
    """A row for every combination of these keys, of which the step is an epoch."""
    table = pd.MultiIndex.from_product(levels.values(), names=list(levels)).to_frame(index=False)
    return table.assign(epoch=table["step"] / 1.0, status="done")


def _sigma(variant: str, z):
    if variant.startswith("sigmoid"):
        a = 1 / (1 + np.exp(-z))
        return a, a * (1 - a)
    if variant == "relu":
        return np.maximum(z, 0), (z > 0).astype(float)
    floor = 0.1 if "0.1" in variant else 0.0
    return np.tanh(z) + floor * z, 1 / np.cosh(z) ** 2 + floor


def layers_table(variants=VARIANTS, trials=20, depth=LAYERS, seed=1) -> pd.DataFrame:
    """Early layers slower by a factor of the design; relu kills layer 1, three trials of tanh diverge."""
    rng = np.random.default_rng(seed)
    table = _keys(variant=variants, trial=range(trials), step=READINGS, layer=range(1, depth + 1))
    noise = {key: rng.lognormal(0, 0.25) for key in pd.MultiIndex.from_product([variants, range(trials)])}
    personal = np.array([noise[key] for key in zip(table["variant"], table["trial"], strict=True)])
    decay = table["variant"].map(DECAY).fillna(0.5).to_numpy()
    step, layer = table["step"].to_numpy(), table["layer"].to_numpy()
    jitter = rng.lognormal(0, 0.05, len(table))
    table["learning_speed"] = 0.3 * decay ** (depth - layer) * personal * jitter / (1 + step / 60)
    rise = 1 - np.exp(-step / (80 + 60 * layer))
    table["saturation"] = np.clip((1 - decay) * rise * (0.5 + 0.1 * (depth - layer)) * personal, 0, 1)
    top = np.where(table["variant"] == "sigmoid", 0.25, 1.0) + 0.1 * table["variant"].str.contains("0.1")
    floor = np.where(table["variant"].str.contains("0.1"), 0.1, 0.0)
    table["slope_p02"] = floor + (top - floor) * 0.3 * np.exp(-4 * rise * (1 - decay)) * jitter
    table["slope_p50"] = floor + (top - floor) * 0.7 * np.exp(-2 * rise * (1 - decay)) * jitter
    table["slope_p98"] = top * 0.99
    relu = table["variant"] == "relu"
    table.loc[relu, ["slope_p02", "slope_p50", "slope_p98"]] = [0.0, 1.0, 1.0]
    table.loc[relu & (layer == 1) & (step >= 120), "learning_speed"] = 0.0
    table["learning_speed_w"] = 2 * table["learning_speed"]
    table["update_ratio"] = 0.01 * table["learning_speed"]
    table["delta_rms"] = 1.2 * table["learning_speed"]
    table["error_rms"] = table["delta_rms"] / np.where(layer == depth, 0.3, np.sqrt(decay))
    shares = np.stack([1 + step / 100, layer, depth - layer + 0.5, 0 * step + 0.1, 0 * step + 1, step / 200])
    table[list(CAUSES)] = (shares / shares.sum(axis=0)).T
    lost = (table["variant"] == "tanh") & (table["trial"] < 3)
    table.loc[lost, "status"] = "diverged"
    table.loc[lost & (step >= 200), table.columns.difference(KEYS)] = np.nan
    return table


def steps_table(variants=VARIANTS, trials=20) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    table = _keys(variant=variants, trial=range(trials), step=READINGS)
    decay = table["variant"].map(DECAY).fillna(0.5).to_numpy()
    step = table["step"].to_numpy()
    learned = (1 - np.exp(-step * decay / 120)) * decay**0.3 * rng.normal(1, 0.02, len(table))
    table["cost"] = 3.0 * (1.02 - np.clip(learned, 0, 1))
    table["accuracy"] = np.clip(0.1 + 0.9 * learned, 0, 1)
    evaluated = step % 50 == 0
    table["test_cost"] = np.where(evaluated, table["cost"] * 1.15, np.nan)
    table["test_accuracy"] = np.where(evaluated, table["accuracy"] * 0.94, np.nan)
    return table


def curves_table(variants=VARIANTS, depth=LAYERS) -> pd.DataFrame:
    z = np.linspace(-16, 16, 321)
    frames = []
    for variant, layer in product(variants, range(1, depth + 1)):
        sigma, slope = _sigma(variant if layer < depth else "sigmoid", z)
        frame = pd.DataFrame({"z": z, "sigma": sigma, "slope": slope})
        frames.append(frame.assign(variant=variant, layer=layer))
    return pd.concat(frames, ignore_index=True)


def histograms_table(variants=VARIANTS, trials=20, depth=LAYERS) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    spreads = {0: 1.0, 250: 1.6, 500: 2.4}
    keys = pd.MultiIndex.from_product(
        [variants, range(trials), spreads, range(1, depth + 1)], names=["variant", "trial", "step", "layer"]
    )
    counts, edges = [], []
    for _, _, step, layer in keys:
        z = rng.normal(0.2 * layer, spreads[step] * (1 + 0.2 * layer), 2000)
        count, edge = np.histogram(z, bins=40)
        counts.append(count)
        edges.append(edge)
    edges = np.array(edges)
    bins = {"low": edges[:, :-1].ravel(), "high": edges[:, 1:].ravel(), "count": np.concatenate(counts)}
    return pd.DataFrame(bins).join(keys.repeat(40).to_frame(index=False))


def variants_table(variants=VARIANTS) -> pd.DataFrame:
    bounds = {"sigmoid": (0.0, 0.25), "tanh(z) + 0.1*z": (0.1, 1.1)}
    rows = [(variant, variant, *bounds.get(variant, (0.0, 1.0))) for variant in variants]
    table = pd.DataFrame(rows, columns=["variant", "network.activation", "inf_slope", "sup_slope"])
    return table.assign(sizes="64-30-30-30-30-10", layers=LAYERS, saturation_threshold=0.05)


def trials_table(variants=VARIANTS, trials=20) -> pd.DataFrame:
    """The last accuracies of the steps; the trials that `layers_table` calls diverged have none."""
    steps = steps_table(variants, trials)
    last = steps[steps["step"] == READINGS[-1]].reset_index(drop=True)
    lost = (last["variant"] == "tanh") & (last["trial"] < 3)
    table = last[["variant", "trial"]].assign(status=np.where(lost, "diverged", "done"))
    for name in ("cost", "accuracy", "test_accuracy"):
        table[f"final_{name}"] = last[name].mask(lost)
    return table


def neurons_table(variants=VARIANTS, trials=2, depth=LAYERS, width=4) -> pd.DataFrame:
    """Neuron j of layer l of trial t is saturated on a share that these and the time tell.

    Its incoming gradient is 2 σ′, its outgoing one 3 a, and its error 4 a; layer 0 are the inputs.
    """
    layers, neurons = range(depth + 1), range(1, width + 1)
    table = _keys(variant=variants, trial=range(trials), step=(0, 100, 500), layer=layers, neuron=neurons)
    place = table["layer"] + 10 * table["neuron"] + 100 * table["trial"] + table["step"] / 5
    above, below = table["layer"] > 0, table["layer"] < depth
    table["saturation"] = (place / 1000).where(above)
    a = table["neuron"] / width / (1 + table["step"])
    table["a_mean"] = table["a_size"] = a
    table["slope_size"] = (0.25 / table["neuron"]).where(above)
    table["speed_in"] = 2 * table["slope_size"]
    table["delta_size"] = (4 * a).where(above)
    table["speed_out"] = (3 * a).where(below)
    return table


def make_tables(variants=VARIANTS, trials=20, depth=LAYERS) -> dict[str, pd.DataFrame]:
    """The tables of a run, made once; what a caller changes in them stays with the caller."""
    made = _made_tables(tuple(variants), trials, depth)
    return {name: table.assign() for name, table in made.items()}


@cache
def _made_tables(variants, trials, depth) -> dict[str, pd.DataFrame]:
    return {
        "layers": layers_table(variants, trials, depth).assign(gradient_cosine=0.9),
        "steps": steps_table(variants, trials),
        "trials": trials_table(variants, trials),
        "variants": variants_table(variants),
        "histograms": histograms_table(variants, min(trials, 4), depth),
        "curves": curves_table(variants, depth),
        "neurons": neurons_table(variants, min(trials, 2), depth),
    }


def with_prediction(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables, with the ratios that `layers_table` scatters about."""
    table = tables["curves"][["variant", "layer"]].drop_duplicates(ignore_index=True)
    hidden = max(table["layer"].max() - 1, 1)
    speed = table["variant"].map(DECAY).fillna(0.5) ** (hidden - table["layer"])
    return {**tables, "prediction": table.assign(predicted_speed=speed, predicted_speed_w=0.9 * speed)}


def texts(figure: Figure) -> list[str]:
    """Every text that a figure shows."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def titles(figure: Figure) -> list[str]:
    return [title for ax in figure.axes if (title := ax.get_title(loc="left"))]


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """The tables of a whole run; tests leave them as they are."""
    return make_tables()


@pytest.fixture(scope="session")
def predicted(tables) -> dict[str, pd.DataFrame]:
    """The tables of a whole run with what was predicted of it."""
    return with_prediction(tables)


@pytest.fixture(scope="session")
def drawn(tables) -> Callable[[str], Figure]:
    """The figures of the whole run, each drawn once; tests only look at them."""
    return cache(lambda name: draw(name, tables))
