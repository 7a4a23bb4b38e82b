"""Figures: from a run's tables to pictures for print; nothing here knows of networks.

Each figure is a part, found by its name in `TABLE`; `draw` makes one, `save` writes it, `draw_all` does both
for every figure that the run's tables allow.
"""

from lab.figures.pages import PAGES
from lab.figures.pictures import FORMATS, FiguresError, Layout, draw, draw_all, draw_page, listing, save
from lab.figures.run.activations import Activations
from lab.figures.run.distributions import Slopes, ZDistribution
from lab.figures.run.dose import Dose, Map
from lab.figures.run.explanations import Causes, Ledger
from lab.figures.run.learning_speed import (
    GradientCosine,
    LearningSpeed,
    SpeedByLayer,
    UpdateRatio,
    WeightSpeed,
)
from lab.figures.run.prediction import Prediction
from lab.figures.run.river import River
from lab.figures.run.saturation import Neurons, Saturation, SaturationMeasures
from lab.figures.run.training import Training
from lab.figures.run.variants import Comparisons, Overview
from lab.figures.run.weights import Weights
from lab.figures.tables import NothingToShowError, NotRecordedError, Selected
from lab.parts import Figure

TABLE: dict[str, type[Figure]] = {
    "overview": Overview,
    "dose": Dose,
    "map": Map,
    "comparisons": Comparisons,
    "learning_speed": LearningSpeed,
    "weight_speed": WeightSpeed,
    "update_ratio": UpdateRatio,
    "saturation": Saturation,
    "saturation_measures": SaturationMeasures,
    "speed_by_layer": SpeedByLayer,
    "prediction": Prediction,
    "z_distribution": ZDistribution,
    "training": Training,
    "activations": Activations,
    "slopes": Slopes,
    "river": River,
    "ledger": Ledger,
    "causes": Causes,
    "gradient_cosine": GradientCosine,
    "neurons": Neurons,
    "weights": Weights,
}
"""The figures of a run that the lab ships: name → class."""

__all__ = [
    "FORMATS",
    "PAGES",
    "TABLE",
    "FiguresError",
    "Layout",
    "NotRecordedError",
    "NothingToShowError",
    "Selected",
    "draw",
    "draw_all",
    "draw_page",
    "listing",
    "save",
]
