"""Figures: from a run's tables to pictures for print; nothing here knows of networks.

Each figure is a part, found by its name in `TABLE`; `draw` makes one, `save` writes it, `draw_all` does both
for every figure that the run's tables allow.
"""

from __future__ import annotations

from lab.figures.activations import Activations
from lab.figures.causes import Causes
from lab.figures.comparisons import Comparisons
from lab.figures.demon import Demon, DemonLayer
from lab.figures.gradient_cosine import GradientCosine
from lab.figures.learning_speed import LearningSpeed, WeightSpeed
from lab.figures.ledger import Ledger
from lab.figures.neurons import Neurons
from lab.figures.overview import Overview
from lab.figures.phase import Phase
from lab.figures.prediction import Prediction
from lab.figures.saturation import Saturation
from lab.figures.saturation_measures import SaturationMeasures
from lab.figures.slopes import Slopes
from lab.figures.speed_by_layer import SpeedByLayer
from lab.figures.tables import FiguresError, NotRecordedError, draw, draw_all, save
from lab.figures.training import Training
from lab.figures.z_distribution import ZDistribution
from lab.parts import Figure, Tables

TABLE: dict[str, type[Figure]] = {
    "overview": Overview,
    "comparisons": Comparisons,
    "learning_speed": LearningSpeed,
    "weight_speed": WeightSpeed,
    "saturation": Saturation,
    "saturation_measures": SaturationMeasures,
    "speed_by_layer": SpeedByLayer,
    "prediction": Prediction,
    "phase": Phase,
    "z_distribution": ZDistribution,
    "training": Training,
    "activations": Activations,
    "slopes": Slopes,
    "ledger": Ledger,
    "causes": Causes,
    "gradient_cosine": GradientCosine,
    "neurons": Neurons,
    "demon": Demon,
    "demon_layer": DemonLayer,
}
"""The figures that the lab ships: name → class."""

__all__ = ["TABLE", "FiguresError", "NotRecordedError", "Tables", "draw", "draw_all", "save"]
