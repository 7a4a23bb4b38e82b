"""Watching a training that is not the lab's own: what a run's tables hold, of any model in torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from math import inf, nan
from numbers import Real
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from lab.analysis.tables import derived
from lab.errors import LabError, PartError, installs
from lab.experiment.run_names import wrong_name
from lab.experiment.schedule import MOST_HISTOGRAMS, spread
from lab.experiment.specify import from_spec
from lab.figures import draw_all
from lab.parts import Activation
from lab.runs import tables, variant_tables
from lab.runs.files.folder import RunFolder, ending, now
from lab.runs.files.root import new_folder
from lab.runs.files.whereabouts import results_root
from lab.runs.provenance import provenance
from lab.training.recorder import STEP_COLUMNS, Readings

if TYPE_CHECKING:
    import pandas as pd

    from lab.bridge.watch_step import Step

KEPT_EVERY = 60.0
"""Seconds after which the tables are written again while the training goes on."""


class Watch:
    """Watches any model of torch while a script of one's own trains it; what is seen is kept as a run.

    ::

        with lab.watch(model, every=100, out="results/gpt") as w:
            for x, y in batches:
                loss = cost(model(x), y)
                loss.backward()
                optimiser.step()
                optimiser.zero_grad()
                w.step(loss)
        lab.load(w.path).verdicts

    It is used so, as a context: its `step` is called once after each step, with the cost and perhaps the
    accuracy of that step, and ``path`` is the folder of the run.
    Every ``every`` steps, the first among them, one step is read: the elementwise activations that the model
    calls, each call a layer, in their order, and what the model returns as the last one, under the identity.
    A layer has the quantities of the table ``layers``: neurons are channels, places of a picture or a
    sequence are more examples, but ⟨·⟩ is over the m examples of the batch. ‖∂C/∂w‖, ‖w‖ and ‖Δw‖ are of the
    weights whose w a + b, or norm, is z; ‖⟨δ⟩‖ is of their bias, or of one that there might be.
    Shares and distributions are of a sample where a layer has more than 65 536 (neuron, example); norms of
    all. Training is not changed by it: parameters have the same bits. Nothing of a pass without gradients is
    read. Of several processes the first reads its own examples.

    ``out`` is the folder of results and the name of the run in it; else the model's class, where `run` keeps
    results. ``activations`` are σ of one's own, as `activation` takes them, by the class or the object of
    their module or by a function of torch: ``{MyAct: "z*exp(-exp(-z))"}``. ``scaler`` is torch's GradScaler,
    where costs are scaled; ``steps_per_epoch`` makes epochs of steps. The rest is as in `run` and its files.
    ``final_cost`` is that of the last step that was read.

    Raises LabError where torch is missing, or where a step that is to be read shows no activation.

    Source: the quantities are those of `lab.training.probes`, with their sources.
    """

    def __init__(
        self,
        model: Any,
        every: int = 100,
        out: str | Path | None = None,
        *,
        activations: Mapping[Any, Activation | str | Mapping[str, Any]] | None = None,
        scaler: Any = None,
        steps_per_epoch: float | None = None,
        title: str = "",
        plots: bool = True,
        saturation_threshold: float = 0.05,
        low_input_threshold: float = 0.1,
    ) -> None:
        if find_spec("torch") is None:
            raise LabError(f"lab.watch needs torch: {installs('torch')}")
        import torch

        if not isinstance(model, torch.nn.Module):
            raise LabError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
        if any(isinstance(one, torch.jit.ScriptModule) for one in model.modules()):
            raise LabError("model: scripted or traced, so that no call is seen; watch what it was made of")
        if type(every) is not int or every < 1:
            raise LabError(f"every: expected a number of steps, 1 or more, got {every!r}")
        for name, number in (
            ("steps_per_epoch", steps_per_epoch),
            ("saturation_threshold", saturation_threshold),
            ("low_input_threshold", low_input_threshold),
        ):
            if number is not None and not (isinstance(number, Real) and 0 < number < inf):
                raise LabError(f"{name}: expected a number above 0, got {number!r}")
        self._notes: dict[str, None] = {}
        if any(
            "_orig_mod" in vars(one).get("_modules", ()) or one._compiled_call_impl for one in model.modules()
        ):
            self._notes["the model is compiled; the steps that are read run uncompiled"] = None
        for wrapper in ("_orig_mod", "module"):  # of torch.compile and of DistributedDataParallel
            model = getattr(model, wrapper, model)
        self.label, self.seed = type(model).__name__, torch.initial_seed()  # of the one variant
        path = results_root() / self.label if out is None else Path(out)
        if wrong := wrong_name(path.name):
            raise LabError(f"out: {wrong}")
        self.name, self.root = path.name, path.parent
        self.model, self.every, self.scaler, self.title, self.plots = model, every, scaler, title, plots
        self.thresholds = saturation_threshold, low_input_threshold
        self.steps_per_epoch = nan if steps_per_epoch is None else float(steps_per_epoch)
        self.custom = {key: _sigma(key, spec) for key, spec in (activations or {}).items()}
        self.steps, self.examples, self.diverged = 0, 0, -1
        self.folder: RunFolder | None = None  # also where another process of the same training keeps one
        self._step: Step | None = None
        self._sigmas: dict[str, Activation] = {}
        self._sizes: list[int | str] = []
        self._readings: list[tuple[int, dict[str, Readings], list[float]]] = []

    @property
    def path(self) -> Path | None:
        """The folder of the run, for `lab.load`."""
        return None if self.folder is None else self.folder.path

    def __enter__(self) -> Self:
        if _rank():
            return self
        self._began = self._kept = monotonic()
        with new_folder(self.name, self.root) as self.folder:
            self._lock = self.folder.lock()
            self._record = self._described()
            self.folder.describe(self._record)
        self._look()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        if self.folder is None:
            return
        if self._step is not None:
            self._step.stop()
        try:
            if not self._readings:
                self._ended("interrupted")
                if kind is None:
                    raise LabError(NOTHING_SEEN)
                return
            self._keep()
            if self.plots and kind is None:
                self.folder.keep_sums(draw_all(self.folder.tables, self.folder.plots, self.title))
            self._ended("done" if kind is None else "interrupted")
        finally:
            self._lock.lock.release()

    def step(self, cost: Any = None, accuracy: Any = None) -> None:
        """Say that a step was taken: once for each, after the optimiser's own.

        ``cost`` and ``accuracy`` of the step are kept where they are given, numbers or tensors of one.
        Raises LabError where a step that was to be read showed no activation.
        """
        if self.folder is None:
            return
        if self._step is not None:
            figures = (x.detach() if hasattr(x, "detach") else x for x in (cost, accuracy))
            self._read([nan if x is None else float(x) for x in figures])
        self.steps += 1
        if self.steps % self.every == 0 and self.diverged < 0:
            self._look()

    def _look(self) -> None:
        from lab.bridge.watch_step import Step

        self._step = Step(self.model, self.custom, self.scaler, self._notes)
        self._step.start()

    def _read(self, figures: list[float]) -> None:
        """Take what the step showed, and write the tables if that was long ago."""
        step, self._step = self._step, None
        assert step is not None
        step.stop()
        if not step.layers:
            raise LabError(NOTHING_SEEN)
        if not step.arrived:
            self._notes["no gradient came back in a step that was read: its errors are missing"] = None
        if self.scaler is not None and not step.finite:
            self._notes["a step whose scaled gradients ran over is left out, as the scaler left it out"] = (
                None
            )
            return
        found = step.readings(self.thresholds)
        if not self._sigmas:
            self._sigmas = {place: layer.sigma for place, layer in step.layers.items()}
            layers = list(step.layers.values())
            fed = (one.shape[1] for one in layers[0].feed.values())
            self._sizes = [next(fed, "?"), *(layer.width for layer in layers)]
        if found.keys() != self._sigmas.keys():
            self._notes["passes differ in their activations: layers are those of the first reading"] = None
        self.examples = step.examples
        lost = figures[0] in (inf, -inf) or any(one.diverged[0] >= 0 for one in found.values())
        self.diverged = self.steps if lost else -1
        self._readings.append((self.steps, found, [nan, nan] if lost else figures))
        if monotonic() - self._kept > KEPT_EVERY:
            self._keep()
            self._kept = monotonic()

    def _keep(self) -> None:
        """Write the tables of what was read so far."""
        assert self.folder is not None
        part = tables.Part(self, range(1), self._joined(), self.steps_per_epoch)
        made = tables.measured(part)
        made |= {
            "variants": self._variants(),
            "curves": variant_tables.sampled(self.label, list(self._sigmas.values())),
        }
        self.folder.keep_tables(made | derived(made))

    def _joined(self) -> Readings:
        """All readings so far as those of one trial, layer after layer."""
        first = self._readings[0][1]
        none = next(iter(first.values()))
        none = replace(none, layers=none.layers * nan, histograms=none.histograms * 0)
        rows = [[found.get(place, none) for place in first] for _, found, _ in self._readings]
        if self.diverged >= 0:
            rows[-1] = [none] * len(first)
        layers, histograms = (
            np.concatenate([np.concatenate([getattr(one, what) for one in row], axis=2) for row in rows])
            for what in ("layers", "histograms")
        )
        at = np.array([step for step, _, _ in self._readings])
        binned = spread(len(at), MOST_HISTOGRAMS)
        figures = np.full((len(at), 1, len(STEP_COLUMNS)), nan)
        figures[:, 0, :2] = [figure for _, _, figure in self._readings]
        return replace(
            none,
            steps=at,
            layers=layers,
            figures=figures,
            histogram_steps=at[binned],
            histograms=histograms[binned],
            diverged=np.array([self.diverged]),
            final=figures[-1],
            seconds=monotonic() - self._began,
        )

    def _variants(self) -> pd.DataFrame:
        """The one row of the table ``variants``."""
        import pandas as pd

        row = {
            "variant": self.label,
            "sizes": "-".join(map(str, self._sizes)),
            **variant_tables.of_sigmas(list(self._sigmas.values())),
            "cancels": False,
            "saturation_threshold": self.thresholds[0],
            "surrogate_floor": 0.0,
            "engine": "torch",
            "steps": self._readings[-1][0],
            "seen": f"the {self.examples} of the step's batch",
            "examples": self.examples,
        }
        return pd.DataFrame([row])

    def _described(self) -> dict[str, Any]:
        """What run.json says as long as the training goes on."""
        assert self.folder is not None
        about = provenance(Path.cwd())
        about["packages"]["torch"] = sys.modules["torch"].__version__
        return {
            "name": self.folder.name,
            "id": self.folder.id,
            "title": self.title,
            "status": "running",
            "started": now().isoformat(timespec="seconds"),
            "watched": self.label,
            "seed": self.seed,
            "variants": [self.label],
            "trials_planned": 1,
            "overrides": {},
            "data": [],
            "failures": [],
            **about,
        }

    def _ended(self, status: str) -> None:
        assert self.folder is not None
        places = {"layers": list(self._sigmas), "notes": list(self._notes)}
        self.folder.describe(self._record | ending(status) | places)


watch = Watch  # as `lab.watch`

NOTHING_SEEN = (
    "no activation was seen in a step that was to be read; expected between two calls of step() a call of "
    "the model itself, model(x), with gradients on and outside of torch.func; name your own by "
    "activations={MyAct: 'tanh(z)'}"
)


def _sigma(key: Any, spec: Any) -> Activation:
    """The σ of an activation of one's own. Raises PartError where its calls cannot be seen."""
    import torch

    module = isinstance(key, torch.nn.Module) or (isinstance(key, type) and issubclass(key, torch.nn.Module))
    of_torch = callable(key) and (getattr(key, "__module__", None) or "torch").startswith("torch")
    if not module and not of_torch:
        raise PartError(
            f"activations: {key!r}: expected a class or an object of torch.nn.Module, or a function of "
            "torch; put a function of your own into a module"
        )
    return spec if isinstance(spec, Activation) else from_spec(spec)


def _rank() -> int:
    """Which process of a training over several this is; the first of them keeps the run."""
    import torch

    spread_out = torch.distributed.is_available() and torch.distributed.is_initialized()
    return torch.distributed.get_rank() if spread_out else int(os.environ.get("RANK", 0))
