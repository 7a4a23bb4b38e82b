"""From a plan, or a run that began, to what is ready to train: data are loaded, parts made of their names."""

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby

from lab.data.dataset import Dataset
from lab.errors import LabError, PartError, StorageError, counted, told
from lab.experiment.findings import Finding
from lab.experiment.keys import parsed_or_name
from lab.experiment.schema import Experiment, named_parts, part_name
from lab.experiment.variants import Draft, Plan, Variant, load
from lab.own_code import place_of, raised_by
from lab.parts import Activation
from lab.runs import fitness
from lab.runs.bench import Bench
from lab.runs.chunks import Chunk, chunks
from lab.runs.files.anonymity import anonymous, placed
from lab.runs.files.folder import RunFolder
from lab.runs.files.sums import require_whole
from lab.training.stack import Training


@dataclass(frozen=True)
class Prepared:
    """A plan whose data are loaded and whose parts are made, so that only training is left to fail.

    ``data`` are those of each variant. ``notes`` are for the user: on the file, on the data, and on how they
    fit.
    """

    plan: Plan
    bench: Bench
    made: tuple[tuple[Variant, Training], ...]
    data: tuple[Dataset, ...]
    notes: tuple[str, ...]

    @property
    def different_data(self) -> list[Dataset]:
        """The data of all variants, each once."""
        return list({id(data): data for data in self.data}.values())

    @property
    def chunks(self) -> list[Chunk]:
        """All trials of all variants."""
        return self.chunks_without({})

    def chunks_without(self, kept: Mapping[int, Set[int]]) -> list[Chunk]:
        """The trials of all variants but those that are kept already: variant → trials."""
        found = []
        for variant, training in self.made:
            done = kept.get(variant.index, frozenset())
            missing = [trial for trial in range(variant.settings.trials.seeds) if trial not in done]
            for _, gap in groupby(enumerate(missing), lambda pair: pair[1] - pair[0]):
                trials = [trial for _, trial in gap]
                found += chunks(variant.index, training, len(trials), trials[0])
        return found

    @property
    def trial_steps(self) -> int:
        """Steps of all trials of all variants together: the unit of progress."""
        return sum(training.steps * variant.settings.trials.seeds for variant, training in self.made)


def prepared(plan: Plan) -> Prepared:
    """Load the data and make the parts. Raises ExperimentError where they do not fit each other."""
    bench = Bench(plan.folder, plan.allow_code)
    loaded, found = _loaded(plan, bench)
    if found:
        raise plan.refused(found)
    made, data, notes = [], [], list(plan.notes)
    known: dict[tuple[int, str], Activation] = {}
    for variant in plan.variants:
        settings = variant.settings
        read = loaded[_of_data(settings)]
        with _own_code_told(variant, plan):
            training = _sharing(bench.training(settings, read), known)
            made.append((variant, training))
            data.append(read)
            found += [at_its_value(finding, variant, plan) for finding in fitness.unfit(settings, training)]
            notes += [*read.notes, *fitness.notes(training)]
        if settings.training.batch is None:
            notes.append(f"training.batch is not given: {counted(training.batch, 'example')} a step")
    if found:
        raise plan.refused(found)
    notes += fitness.lost(training for _, training in made)
    return Prepared(plan, bench, tuple(made), tuple(data), tuple(dict.fromkeys(notes)))


def prepared_again(folder: RunFolder, *, allow_code: bool = False) -> Prepared:
    """The plan of a run that began, from the copy of its experiment that its folder keeps, with its engines.

    A run that does not tell its engines is of a lab that had numpy alone. Relative paths start from where
    the experiment was. What run.json says of leave to run code is history: ``allow_code`` gives it now.
    Raises as `prepared`, LabError where the run was watched, not made, and StorageError where the copy is not
    what was written.
    """
    info = folder.info
    if "watched" in info:
        raise LabError(f"{folder} was watched while a script trained; only that script can go on with it")
    asked = folder.path / "resolved.toml"
    try:
        require_whole(asked)
    except StorageError as error:
        raise StorageError(f"{error}; put back what was written, or start a new run") from error
    plan = load(
        asked,
        allow_code=allow_code,
        max_trials=info["trials_planned"],
        name=folder.name,
        folder=placed(info["folder"], folder.path),
    )
    engines = info.get("engines", {})
    variants = []
    for variant in plan.variants:
        engine = {"engine": engines.get(anonymous(variant.label), "numpy")}
        training = variant.settings.training.model_copy(update=engine)
        settings = variant.settings.model_copy(update={"training": training})
        variants.append(replace(variant, settings=settings))
    return prepared(replace(plan, variants=tuple(variants)))


def _sharing(training: Training, known: dict[tuple[int, str], Activation]) -> Training:
    """The training with the σ that a layer had in a variant before, where it is the same.

    What is found out of a σ, such as the programs of its formula, it keeps; and most variants have few.
    """
    network = training.network
    sigmas = []
    for l, sigma in enumerate(network.sigmas):
        before = known.setdefault((l, repr(sigma)), sigma)
        sigmas.append(before if before == sigma else sigma)
    return replace(training, network=replace(network, sigmas=tuple(sigmas)))


def unread(draft: Draft) -> list[Finding]:
    """What is wrong with the data of a file that has other mistakes.

    Nothing where these are of ``[data]``, but for the counts of rows, which do not decide what is there.
    """
    told = {finding.key for finding in draft.wrong if finding.key[:1] == ("data",)}
    if not told <= {("data", "train"), ("data", "test")}:
        return []
    with suppress(LabError):  # of what is no problem of the file
        found = _loaded(draft.plan, Bench(draft.plan.folder, draft.plan.allow_code))[1]
        return [finding for finding in found if finding.key not in told]
    return []


def _of_data(settings: Experiment) -> tuple[str, int]:
    """What decides the data of a variant."""
    return settings.data.model_dump_json(), settings.trials.seed


def _loaded(plan: Plan, bench: Bench) -> tuple[dict[tuple[str, int], Dataset], list[Finding]]:
    """The data of all variants by `_of_data`, each once, and what is wrong with those that are missing."""
    loaded, found = {}, []
    for key, variant in {_of_data(variant.settings): variant for variant in plan.variants}.items():
        try:
            loaded[key] = bench.dataset(variant.settings.data, variant.seed)
        except PartError as error:
            wrong = (Finding(("data", one.parameter or "name"), str(one)) for one in (error, *error.also))
            found += [at_its_value(finding, variant, plan) for finding in wrong]
    return loaded, found


@contextmanager
def _own_code_told(variant: Variant, plan: Plan) -> Iterator[None]:
    """Turn what a part of somebody's own raises into a problem of the file, at the part."""
    try:
        yield
    except (LabError, KeyboardInterrupt):
        raise
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        own = {part_name(spec): key for key, _, spec in named_parts(variant.settings)
               if ".py:" in part_name(spec)}  # fmt: skip
        place = place_of(error)
        if not own:
            raise
        name = raised_by(error, list(own), plan.folder)
        message = f"{name or 'a class'} of one's own raised {told(error)}{place and f' at {place}'}"
        raise plan.refused([at_its_value(Finding(own.get(name, ()), message), variant, plan)]) from error


def at_its_value(finding: Finding, variant: Variant, plan: Plan) -> Finding:
    """The finding at the value of ``[vary]`` that it is about, if it is about one."""
    for text, value in variant.varied.items():
        key = parsed_or_name(text)
        if finding.key[: len(key)] == key:
            at = plan.experiment.vary[text].index(value)
            return Finding(("vary", text, at), finding.message, finding.other)
    return finding
