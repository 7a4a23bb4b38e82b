"""Preparing a plan: its data loaded and its parts made, so that only training is left to fail."""

from __future__ import annotations

from dataclasses import dataclass

from lab.data.dataset import Dataset
from lab.errors import PartError
from lab.experiment.problems import Finding
from lab.experiment.variants import Plan, Variant
from lab.runs.assembly import Bench, counterfactual, out_of_reach, unfit, without_critical_point
from lab.runs.chunks import Chunk, chunks
from lab.training.loop import Training


@dataclass(frozen=True)
class Prepared:
    """A plan whose parts are made and whose data is loaded: nothing but training is left to fail.

    ``notes`` are worth telling: of the file, of the data, and of how they fit.
    """

    plan: Plan
    bench: Bench
    made: tuple[tuple[Variant, Training], ...]
    data: tuple[Dataset, ...]
    notes: tuple[str, ...]

    @property
    def chunks(self) -> list[Chunk]:
        """All chunks of all variants."""
        return [
            chunk
            for variant, training in self.made
            for chunk in chunks(variant.index, training, variant.settings.trials.seeds)
        ]

    @property
    def trial_steps(self) -> int:
        """Steps of all trials of all variants together: what progress is counted in."""
        return sum(training.steps * variant.settings.trials.seeds for variant, training in self.made)


def prepared(plan: Plan) -> Prepared:
    """Load the data and make the parts. Raises ExperimentError where they do not fit each other."""
    bench = Bench(plan.folder, plan.allow_code)
    loaded: dict[tuple[str, int], Dataset] = {}
    made, notes, found = [], list(plan.notes), []
    for variant in plan.variants:
        settings = variant.settings
        key = settings.data.model_dump_json(), settings.trials.seed
        try:
            if key not in loaded:
                loaded[key] = bench.dataset(settings.data, settings.trials.seed)
        except PartError as error:
            raise plan.refused([Finding(("data", "name"), str(error))]) from error
        training = bench.training(settings, loaded[key])
        made.append((variant, training))
        found += unfit(settings, training)
        notes += [*loaded[key].notes, out_of_reach(training.network, training.train.y)]
        notes += [counterfactual(training.network), without_critical_point(training)]
    if found:
        raise plan.refused(found)
    return Prepared(
        plan, bench, tuple(made), tuple(loaded.values()), tuple(dict.fromkeys(filter(None, notes)))
    )
