"""Whether the parts of a training fit each other and the data: what is wrong, and what is worth a note."""

from collections.abc import Iterable, Iterator
from math import isinf

from lab.activations.formula.formula import Formula
from lab.activations.properties import infinite_slopes, unusable
from lab.data.targets import largest_rms, unreached, unusual
from lab.errors import PartError
from lab.experiment.findings import Finding
from lab.experiment.schema import Experiment
from lab.experiment.sizes import check_against_data, check_sizes
from lab.network.backprop import Network
from lab.network.compiled import refusal
from lab.network.costs import SoftmaxCrossEntropy
from lab.network.decay import TURNS, overshooting, taken
from lab.network.first_weights import by_layer
from lab.network.initialisers import Critical
from lab.prover.digits import lost_digits
from lab.prover.slope_bounds import slope_bounds
from lab.theory.mean_field import critical
from lab.training.stack import Training

MOST_JUDGED = 20
"""The formulas of an experiment that are looked through for lost digits, which takes a moment each."""


def unfit(settings: Experiment, training: Training) -> list[Finding]:
    """What of the settings does not fit the data: sizes, the batch, the cost, a σ that is undefined."""
    network = training.network
    found = [
        *check_sizes(settings, network.sizes[0], network.sizes[-1]),
        *check_against_data(settings, len(training.train)),
    ]
    if reason := network.cost.refuses_targets(training.train.y):
        found.append(Finding(("network", "cost"), reason))
    for l, sigma in enumerate(network.sigmas, 1):
        if problem := unusable(sigma):
            key = "output" if l == network.depth else "activation"
            found.append(Finding(("network", key), f"{sigma} {problem}"))
    if settings.training.engine == "compiled" and (
        reason := refusal(network, training.optimiser, training.train.x.dtype)
    ):
        found.append(Finding(("training", "engine"), f"{reason}; expected engine = 'auto' or 'numpy'"))
    try:
        by_layer(training.initialiser, network.sigmas)
    except PartError as error:
        found.append(Finding(("network", "initialiser"), str(error)))
    return list(dict.fromkeys(found))


def notes(training: Training) -> Iterator[str]:
    """What the user should know of one variant."""
    network, initialiser, y = training.network, training.initialiser, training.train.y
    first, *inner, last = network.sizes
    if len({*inner}) > 1 and inner[1:-1] and inner[:1] + inner[-1:] == [first, last]:  # as in the book's code
        sizes, meant = ("-".join(map(str, one)) for one in (network.sizes, inner))
        yield f"network.hidden lists hidden layers alone: this is {sizes}; for {meant} write {inner[1:-1]}"
    if len(y) > 1 and (y == y[0]).all():
        yield f"all {len(y)} training examples have the same target: there is nothing to learn"
    reach = network.sigma(network.depth).range
    softmax = isinstance(network.cost, SoftmaxCrossEntropy)
    if not softmax and unreached(y, reach):
        yield (
            f"targets from {y.min():g} to {y.max():g} lie outside the range {reach} of the output's "
            "activation, which cannot reach them all"
        )
    for sigma in dict.fromkeys(network.sigmas):
        for kink, z, slope in infinite_slopes(sigma):
            yield (
                f"{sigma}: the slope is infinite at z = {kink:g} (σ′ = {slope:.2g} at z = {z:.9g}): "
                "a neuron whose z comes near gets an error, and takes a step, without bound"
            )
    if (share := taken(training.eta, training.decay, len(y))) >= TURNS:
        yield f"weight decay: {overshooting(share)}; try a smaller training.lambda"
    reached = isinf(reach.low) and isinf(reach.high)  # also when they are standardised
    if reached and not training.train.labelled and (size := unusual(rms := largest_rms(y))):
        yield (
            f"the targets are {size}: their root mean square is {rms:.3g}; a network learns numbers of size "
            "1 soonest: subtract their mean, and divide by their standard deviation"
        )
    if note := counterfactual(network):
        yield note
    if isinstance(initialiser, Critical):
        variance = initialiser.bias_variance
        lacking = dict.fromkeys(str(s) for s in network.sigmas[:-1] if critical(s, variance) is None)
        if lacking:
            yield (
                f"{', '.join(lacking)}: no critical weights of bias_variance = {variance:g}; "
                "χ is set to 1 at q = 1, where z is standard normal"
            )


def lost(trainings: Iterable[Training]) -> Iterator[str]:
    """Where formulas lose digits of σ′, for the first `MOST_JUDGED` of them."""
    used = {(sigma, str(one.train.x.dtype)) for one in trainings for sigma in one.network.sigmas}
    formulas = [(sigma, dtype) for sigma, dtype in used if isinstance(sigma, Formula)]
    for sigma, dtype in sorted(formulas, key=str)[:MOST_JUDGED]:
        yield from (f"{sigma}: {loss}, in {dtype}" for loss in lost_digits(sigma, dtype))


def counterfactual(network: Network) -> str:
    """A note where the weights do not follow the gradient of C; empty where they do.

    It tells too of which σ the surrogate max(σ′, floor) has the wrong sign, since σ′ goes below 0.
    """
    if network.surrogate_floor == 0:
        return ""
    note = (
        "where training.surrogate_floor > 0, σ′ below it is raised to it on the way back: δ and the "
        "learning speeds are then not the gradient of C"
    )
    falling = [str(sigma) for sigma in dict.fromkeys(network.sigmas) if slope_bounds(sigma).slope.low < 0]
    if falling:
        note += f"; and σ′ < 0 is made > 0, so that steps may climb C: {', '.join(falling)}"
    return note
