"""Numbers and advice as the sentences of verdicts have them."""

from lab.analysis.case import Case
from lab.analysis.rule import Seen, rounded

STANDARDISE = (
    "standardised features (in a file data.standardise = true, in scikit-learn a StandardScaler), for the "
    "features are large"
)
ENLARGE = STANDARDISE.replace("large", "small")
IDENTITY = 'network.output = "identity", whose slope is 1'
RANDOM = "random first weights (network.initialiser), which break the symmetry"
CRITICAL = 'network.initialiser = "critical"'
SMALLER_WEIGHTS = "smaller first weights"
BIASES_NEAR_0 = "first biases nearer 0"
SMALLER_STEPS = "a smaller training.eta"
LARGER_STEPS = "a larger training.eta, or more training.epochs"
SMALLER_DECAY = "a smaller training.lambda"

SHIFTED = 0.5
"""Targets whose mean in the two parts differs by more than so many standard deviations are not alike."""

FEW_NEURONS = 10
"""So many neurons of random signs are hardly ever dead together by chance: in 0.5¹⁰ = 0.1 % of the cases.

Of fewer, some trials get first weights from which they do not find what the others do.
"""

LARGE_WEIGHTS = 3.0
"""Rows of weights of a norm above this are large: usual ones have 1, or √2 before a ReLU."""


def percent(share: float) -> str:
    """A share as ``12.3 %``, and from ten on as ``26.6 times``, rounded as the share itself would be.

    >>> percent(0.1095), percent(26.6), rounded(0.1095)
    ('11 %', '26.6 times', '0.11')
    """
    return f"{rounded(100 * float(f'{share:.3g}'))} %" if share < 10 else f"{rounded(share)} times"


def part_of(share: float, whole: str) -> str:
    """A share with that of which it is one.

    >>> part_of(0.123, "the rest"), part_of(26.6, "the rest")
    ('12.3 % of the rest', '26.6 times the rest')
    """
    return f"{percent(share)} {'of ' * (share < 10)}{whole}"


def times(decades: float) -> str:
    """The factor that is so many decades, of any size.

    >>> times(3.02), times(-0.03), times(400.0)
    ('1050×', '0.933×', '1e+400×')
    """
    return f"{rounded(10.0**decades)}×" if abs(decades) < 300 else f"1e{round(decades):+d}×"


def rescale(case: Case) -> str:
    """To standardise features and targets that are large or small; empty where none are."""
    asked = [STANDARDISE] * case.large_inputs + [ENLARGE] * case.small_inputs
    if size := case.unusual_targets:
        asked.append(
            f"standardised targets (less their mean, over their standard deviation), for they are {size}"
        )
    return ", and ".join(asked)


def smaller_steps(case: Case, seen: Seen) -> str:
    """What makes steps smaller: scaled data, smaller first weights, or a smaller η; by what is large."""
    if case.large_inputs or case.unusual_targets:
        return rescale(case)
    return SMALLER_WEIGHTS if case.row_norms > LARGE_WEIGHTS else SMALLER_STEPS


def critical(case: Case) -> str:
    """Critical first weights, where the variant has others; else empty."""
    return CRITICAL * (not case.critical)


def steadier(case: Case, seen: Seen) -> str:
    """What ends steps that overthrow weights: scaled data, also where small features tell nothing apart."""
    return rescale(case) or smaller_steps(case, seen)


def larger_steps(case: Case, seen: Seen) -> str:
    """Larger or more steps; where features are small, or targets large or small, to standardise them."""
    return rescale(case) if case.small_inputs or case.unusual_targets else LARGER_STEPS


def floor(case: Case, before: str = "") -> str:
    """An activation with a floor, after other advice; that alone where σ′ has a floor already."""
    floored = case.known("inf_slope") > 0 or case.known("sup_slope") < 0
    asked = [before] * bool(before) + ["an activation with a floor"] * (not floored)
    return ", or ".join(asked)


def more_neurons(case: Case) -> str:
    """More of them, where a hidden layer has few and σ has a slope; else empty."""
    few = min(map(case.width, case.hidden), default=FEW_NEURONS) < FEW_NEURONS
    return "more neurons a layer" if few and case.known("sup_slope") != 0 else ""


def bend(case: Case) -> str:
    """What makes a network that is linear up to its output more than that."""
    lacking, where = "an activation that bends", "with this one"
    if not case.hidden:
        lacking, where = "a hidden layer (network.hidden)", "without one"
    return f"{lacking}, for {where} the network is linear up to its output"


def died(case: Case, seen: Seen) -> str:
    """What keeps neurons from dying in training; of few, that some die leaves enough where there are more."""
    return floor(case, ", or ".join(filter(None, (smaller_steps(case, seen), more_neurons(case)))))


def weigh_less(case: Case, seen: Seen) -> str:
    """To look whether an outlier is true, and a cost that weighs it less."""
    robust = ', or network.cost = "huber", which weighs it less'
    return f"to look whether it is true{robust * (str(case.variant.get('cost')) == 'Quadratic()')}"


def mix(case: Case, seen: Seen) -> str:
    """To mix the rows, where the two parts have different targets."""
    shuffle = "data.shuffle = true, which mixes the rows before they are parted"
    return shuffle if case.shift > SHIFTED else ""
