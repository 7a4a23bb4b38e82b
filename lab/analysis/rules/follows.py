"""Which verdicts are told under another: they follow from the same fault, and its advice ends them."""

from lab.analysis.case import Case
from lab.analysis.pooled import dead
from lab.analysis.rule import HALF
from lab.analysis.rules.learning import shut_by_biases, stood_still
from lab.analysis.rules.neurons import dead_at_start
from lab.analysis.rules.words import rescale
from lab.network.decay import GROWS

OUTCOMES = frozenset({"nothing learned", "worse than a constant"})
"""What was not learned."""

STATES = frozenset(
    {"no gradient", "saturated output", "saturated layer", "dead output", "dead neurons", "neurons off"}
)
"""What became of neurons, or was so from the start on."""

STEPS = frozenset({"weights vanish", "updates large", "updates small", "cost still falling"})
"""What became of steps and weights."""

CONSEQUENCES = OUTCOMES | STATES | STEPS | {"learned by heart", "inputs low"}
"""What becomes of weights that are wrong, or whose steps are, from the first one on."""


def born(case: Case) -> set[str]:
    """Those of `STATES` that are there at the start in half of the trials, and so come of no step."""
    saturated = case.hidden_of((case.start("saturation") > HALF) & case.closed)
    shown = {
        "no gradient": case.no_gradient[0],
        "saturated layer": saturated,
        "dead neurons": dead_at_start(case),
    }
    return {name for name, where in shown.items() if where.any(axis=1).mean() >= HALF}


def of_decay(case: Case) -> set[str]:
    """What a decay that is too large makes of a training; it diverges by one that grows."""
    may_diverge = {"diverged"} if case.decay_of_a_step >= GROWS else set()
    return {*may_diverge, "first step too long", *CONSEQUENCES}


def of_outlier(case: Case) -> set[str]:
    """What one large error makes of steps: none too short, no decay, and nothing that was before."""
    made = CONSEQUENCES - {"updates small", "weights vanish"}
    return {"parts differ", "first step too long", *made} - born(case)


def of_nothing_learned(case: Case) -> set[str]:
    """Where data are of an unusual size, that is why steps are too large or too small too."""
    return {"inputs low", *(STEPS - {"weights vanish"} if rescale(case) else ())}


def of_no_gradient(case: Case) -> set[str]:
    """Low activations slow no weights where half of the trials have no gradient at all."""
    low = {"inputs low"} if case.no_gradient[1].any(axis=1).mean() >= HALF else set()
    states = STATES - ({"saturated layer"} & born(case))
    return {"equal neurons", "slow early layers", "narrow layer", *OUTCOMES, *states, *low}


def of_slow_layers(case: Case) -> set[str]:
    """What early layers that do not learn lead to; not where the last ones stood still too."""
    later = {"updates small", "cost still falling", "inputs low"}
    return set() if stood_still(case).any() else later | OUTCOMES


def of_saturation(case: Case) -> set[str]:
    """Where a layer is saturated from the start on, so is what becomes of the others."""
    from_start = {"no gradient", "dead neurons", "slow early layers", "first step too long", "updates large"}
    later = from_start if "saturated layer" in born(case) else set()
    return {*OUTCOMES, "cost still falling", "updates small", *later}


def of_dead_neurons(case: Case) -> set[str]:
    """Where more than half of a layer is dead, little can be learned."""
    mostly = case.hidden_of(dead(case).low) > HALF
    return {"inputs low", "cost still falling", *(OUTCOMES if mostly.any() else ())}


def of_off(case: Case) -> set[str]:
    """Of neurons that biases switch off a gradient that vanishes in them follows too."""
    vanishes = {"slow early layers"} if shut_by_biases(case).mean() > HALF else set()
    return {"inputs low", *OUTCOMES, *vanishes}


def of_long_steps(case: Case) -> set[str]:
    """What steps that overthrow weights make of them; no step made what was so before."""
    later = {"updates large", "inputs low", "cost still falling", *OUTCOMES, *STATES}
    return {"first step too long", *later} - born(case)
