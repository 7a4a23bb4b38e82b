"""The terms on which a run is trained."""

from dataclasses import dataclass
from math import inf

from lab.errors import LabError
from lab.processes import can_begin
from lab.runs.files.folder import RunFolder


@dataclass(frozen=True)
class Terms:
    """On which terms a plan is trained.

    Up to ``workers`` processes train; this one alone where more would not end sooner. A trial may take
    ``trial_timeout`` seconds, if any. ``mixed`` lets parts stand that were made with other versions, or by
    another processor. ``reused`` is a run whose parts are taken over where they are the same. ``scheduler``
    is the address of a Dask scheduler, whose workers train instead. ``ends`` tells whether the run is done
    with its tables. ``keep_seconds`` is that of `lab.runs.work.tasks.Task`.

    Raises LabError where ``workers`` is no count, and where the processes cannot be had that a
    ``trial_timeout`` needs.
    """

    workers: int = 1
    trial_timeout: float | None = None
    mixed: bool = False
    reused: RunFolder | None = None
    scheduler: str = ""
    ends: bool = True
    keep_seconds: float = inf

    def __post_init__(self) -> None:
        if not isinstance(self.workers, int) or self.workers < 1:
            raise LabError(f"workers = {self.workers!r}: expected a whole number of processes, 1 or more")
        if self.trial_timeout is not None and not self.scheduler and not can_begin():
            raise LabError(
                "trial_timeout: needs processes that can be ended, and one of a multiprocessing.Pool may "
                "begin none; leave it out, or use concurrent.futures.ProcessPoolExecutor"
            )


USUAL_TERMS = Terms()
