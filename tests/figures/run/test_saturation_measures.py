import numpy as np
import pytest

from lab.figures import NotRecordedError, draw
from lab.figures.run.saturation_measures import MEASURES


def test_medians_of_the_last_reading_a_line_a_measure(tables):
    layers = tables["layers"].assign(phi_b=lambda rows: rows["saturation"] / 2)
    figure = draw("saturation_measures", {**tables, "layers": layers})
    recorded = [name for name in MEASURES if name in layers]
    for variant, ax in zip(layers["variant"].unique(), figure.axes, strict=True):
        rows = layers[layers["variant"] == variant]
        assert len(ax.lines) == len(recorded)
        for name, line in zip(recorded, ax.lines, strict=True):
            finite = rows[np.isfinite(rows[name])]
            last = finite[finite["step"] == finite["step"].max()]
            np.testing.assert_allclose(line.get_ydata(), last.groupby("layer")[name].median())


def test_measures_are_told_apart_without_colour_and_named(tables, texts):
    figure = draw("saturation_measures", tables)
    lines = figure.axes[0].lines
    assert len({line.get_marker() for line in lines}) == len(lines)
    assert "saturation: share of (neuron, example) with |σ′| < 0.05 sup|σ′|" in texts(figure)


def test_what_was_not_recorded_is_left_out(tables, texts):
    layers = tables["layers"].assign(phi_b=np.nan)
    shown = texts(draw("saturation_measures", {**tables, "layers": layers}))
    assert not any(text.startswith("phi_b") for text in shown)
    without = layers.drop(columns=[name for name in MEASURES if name in layers])
    with pytest.raises(NotRecordedError, match="none of saturation, saturated_neurons"):
        draw("saturation_measures", {**tables, "layers": without})
