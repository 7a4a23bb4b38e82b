"""The moment that a page about one example looks at: whose, and after how many steps."""

from dataclasses import dataclass

from lab.analysis.demon import Scene, trained_scene
from lab.console.progress import progress
from lab.errors import LabError
from lab.experiment.variants import Variant
from lab.runs.preparation import Prepared
from lab.training.stack import Training


@dataclass(frozen=True)
class Moment:
    """An example, a trial and a variant, all counted from 0, and the ``steps`` that are trained first."""

    example: int
    trial: int
    variant: int
    steps: int

    def __str__(self) -> str:
        return f"example {self.example}, trial {self.trial}, after {self.steps} steps"

    @property
    def where(self) -> dict[str, int]:
        """What a program reads of it, beside the variant's label."""
        return {"trial": self.trial, "example": self.example, "steps": self.steps}


def chosen(ready: Prepared, moment: Moment) -> tuple[Variant, Training]:
    """The variant that is meant. Raises LabError, with the range, where a number is out of it."""
    check("variant", moment.variant, 0, len(ready.made) - 1)
    variant, training = ready.made[moment.variant]
    check("trial", moment.trial, 0, variant.settings.trials.seeds - 1)
    check("example", moment.example, 0, len(training.train) - 1)
    check("steps", moment.steps, 0, training.steps)
    return variant, training


def scene_of(ready: Prepared, moment: Moment) -> Scene:
    """The example gone through its trial, which is trained up to then under the user's eyes.

    Raises LabError as `chosen`, and where the trial diverged.
    """
    variant, training = chosen(ready, moment)
    with progress(moment.steps, "training") as advance:
        scene = trained_scene(training, moment.trial, moment.example, moment.steps, advance)
    if scene is None:
        raise LabError(
            f"trial {moment.trial} of {variant.label!r} diverged within {moment.steps} steps; "
            "say fewer --steps, or a smaller -o training.eta=…"
        )
    return scene


def check(option: str, value: int, first: int, last: int, of: str = "") -> None:
    """Raise LabError, with the range, where an option's number is out of it."""
    if not first <= value <= last:
        raise LabError(f"--{option} {value}: expected {first}…{last}{of}")
