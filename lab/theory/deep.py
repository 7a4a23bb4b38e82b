"""The deep network of one σ that is predicted, as far as nothing else is said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deep:
    """Layers of one σ and one width: σ_w² = n_in Var w, σ_b² = Var b, and the q⁰ and c⁰ of their inputs."""

    depth: int = 20
    weight_variance: float = 1.0
    bias_variance: float = 0.0
    mean_square: float = 1.0
    correlation: float = 1.0
