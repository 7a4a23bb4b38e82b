"""A figure of one's own, as a class: what the lab asks for is `needs` and `draw`."""

from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from lab import Figure
from lab.figures.tables import checked


@dataclass(frozen=True)
class SpeedAgainstSaturation(Figure):
    """A dot a reading and hidden layer: how saturated the layer is, and how fast it learns.

    Draw it with: lab plot RUN own_figure.py:SpeedAgainstSaturation --allow-code
    """

    needs = ("layers",)

    def draw(self, tables):
        rows = checked(tables, "layers", "saturation", "learning_speed")
        hidden = rows[rows["layer"] < rows.groupby("variant")["layer"].transform("max")]
        canvas = Canvas(figsize=(6, 4), layout="constrained")
        ax = canvas.subplots()
        for k, (variant, dots) in enumerate(hidden.groupby("variant", sort=False)):
            ax.scatter(dots["saturation"], dots["learning_speed"], 9, marker="os^Dv*X"[k % 7], label=variant)
        ax.set(xlabel="saturated share of (neuron, example)", ylabel="learning speed ‖∂C/∂b‖", yscale="log")
        ax.legend(fontsize="small")
        return canvas
