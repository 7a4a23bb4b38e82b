"""The moment that a page about one example looks at: whose, and after how many steps."""

from dataclasses import dataclass

from lab.analysis.demon import Scene, trained_scene
from lab.console.progress import progress
from lab.errors import LabError
from lab.runs.preparation import Prepared


@dataclass(frozen=True)
class Moment:
    """An example, a trial and a variant, all counted from 0, and the ``steps`` that are trained first."""

    example: int
    trial: int
    variant: int
    steps: int

    def __str__(self) -> str:
        return f"example {self.example}, trial {self.trial}, after {self.steps} steps"


class Chosen:
    """The ``variant`` of an experiment that a moment is of, and its ``training``.

    Raises LabError, with the range, where a number of the moment is out of it.
    """

    def __init__(self, ready: Prepared, moment: Moment) -> None:
        check("variant", moment.variant, 0, len(ready.made) - 1)
        self.name, self.moment = ready.plan.name, moment
        self.variant, self.training = ready.made[moment.variant]
        check("trial", moment.trial, 0, self.variant.settings.trials.seeds - 1)
        check("example", moment.example, 0, len(self.training.train) - 1)
        check("steps", moment.steps, 0, self.training.steps)

    @property
    def where(self) -> dict[str, str | int]:
        """What a program reads of it."""
        moment, named = self.moment, {"name": self.name, "variant": self.variant.label}
        return {**named, "trial": moment.trial, "example": moment.example, "steps": moment.steps}

    def title(self, what: str = "") -> str:
        """The title of a page about ``what``, or about the whole network, which its sizes name."""
        sizes = "-".join(map(str, self.training.network.sizes))
        return f"{self.name}, {self.variant.label}: {what or sizes}, {self.moment}"

    def scene(self) -> Scene:
        """The example gone through its trial, which is trained up to then under the user's eyes.

        Raises LabError where the trial diverged.
        """
        moment = self.moment
        with progress(moment.steps, "training") as advance:
            scene = trained_scene(self.training, moment.trial, moment.example, moment.steps, advance)
        if scene is None:
            raise LabError(
                f"trial {moment.trial} of {self.variant.label!r} diverged within {moment.steps} steps; "
                "say fewer --steps, or a smaller -o training.eta=…"
            )
        return scene


def check(option: str, value: int, first: int, last: int, of: str = "") -> None:
    """Raise LabError, with the range, where an option's number is out of it."""
    if not first <= value <= last:
        raise LabError(f"--{option} {value}: expected {first}…{last}{of}")
