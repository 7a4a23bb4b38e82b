"""The words of the book and of the lab, each in a few sentences, for ``lab help WORD``.

Source of the book's words: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2; those of the fifth
chapter are marked so.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word: what it means, its symbol, ``also`` other ways to write it, and words to ``see`` beside it."""

    meaning: str
    symbol: str = ""
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()


GLOSSARY = {
    "sigma": Word(
        "The activation function: it makes a neuron's activation of its weighted input, a = σ(z). The "
        "four equations hold for any σ that has a slope.",
        symbol="σ", also=("σ", "activation function"), see=("slope", "a"),
    ),
    "slope": Word(
        "The derivative of σ: how fast a neuron's activation changes with its weighted input. BP1 and BP2 "
        "multiply the error by it in every layer, so a slope near 0 stops the error.",
        symbol="σ′(z)", also=("σ′", "sigma prime", "derivative"), see=("saturated", "floor", "BP2"),
    ),
    "z": Word(
        "The weighted input of a neuron: z = w a + b, with a of the layer below.",
        symbol="z_j^l", also=("weighted input",), see=("a",),
    ),
    "a": Word(
        "The activation of a neuron, a = σ(z). Of layer 0 it is the input x.",
        symbol="a_j^l", see=("z", "low"),
    ),
    "delta": Word(
        "The error of a neuron: how fast the cost changes with its weighted input. Moving z by a little "
        "Δz changes C by δ Δz.",
        symbol="δ_j^l = ∂C/∂z_j^l", also=("δ", "error"), see=("demon", "BP1", "BP2", "e"),
    ),
    "e": Word(
        "The error behind σ: how fast the cost changes with a neuron's activation. δ = e ⊙ σ′(z). In the "
        "output layer it is ∇ₐC, below it is wᵀδ of the layer above.",
        symbol="e_j^l = ∂C/∂a_j^l", also=("∇aC", "gradient of the cost"), see=("delta",),
    ),
    "BP1": Word(
        "The error of the output layer: how fast the cost changes with the output, times how fast the "
        "output changes with z. Some costs cancel the slope here: cross-entropy on a sigmoid leaves δ = a "
        "− y.",
        symbol="δᴸ = ∇ₐC ⊙ σ′(zᴸ)", also=("BP1a",), see=("delta", "hadamard", "BP2"),
    ),
    "BP2": Word(
        "The error of a layer from that of the layer above: the weights carry it back, then the slope "
        "multiplies it.",
        symbol="δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)", see=("delta", "ledger", "BP1"),
    ),
    "BP3": Word(
        "The gradient of a bias is the error of its neuron.",
        symbol="∂C/∂bˡ = δˡ", see=("delta", "BP4"),
    ),
    "BP4": Word(
        "The gradient of a weight: the activation that comes in, times the error of the neuron it goes "
        "to. So a weight learns slowly out of a low neuron, and into one whose error is small.",
        symbol="∂C/∂w_jk^l = a_k^{l−1} δ_j^l", see=("low", "saturated", "cause"),
    ),
    "hadamard": Word(
        "The product of two columns number by number: (s ⊙ t)_j = s_j t_j.",
        symbol="⊙", also=("⊙", "Hadamard product"), see=("matrix form",),
    ),
    "matrix form": Word(
        "The equations with a matrix Σ′(z) that has σ′(z_j) on its diagonal and 0 elsewhere, in place of "
        "⊙: δˡ = Σ′(zˡ) (wˡ⁺¹)ᵀ … Σ′(zᴸ) ∇ₐC. The numbers are the same; lab matrix-form tells what it "
        "costs.",
        symbol="Σ′(z)", also=("Σ′", "matrix-form"), see=("hadamard", "BP2"),
    ),
    "demon": Word(
        "Who sits at a neuron and moves its z by a little, Δz, to see what the cost does: δ Δz, and a "
        "remainder of second order. lab demon lets it loose; lab backprop checks every number by it.",
        symbol="ΔC ≈ δ_j Δz", see=("delta",),
    ),
    "cost": Word(
        "What training makes small: the mean over the examples of how wrong each is. lab help costs lists "
        "them.",
        symbol="C", also=("loss",), see=("BP1",),
    ),
    "layer": Word(
        "Layers are counted from 1 to L, the output. Layer 0 is the input, the hidden ones are 1 … L − 1.",
        symbol="l", also=("hidden layer", "output layer"),
    ),
    "learning speed": Word(
        "How large a layer's gradient is, ‖∂C/∂b‖: the norm of the mean error over the examples (the "
        "book's ch. 5). It is taken before a step. That of the weights is ‖∂C/∂w‖.",
        symbol="‖∂C/∂bˡ‖", also=("learning_speed", "speed"), see=("ratio", "BP3"),
    ),
    "ratio": Word(
        "The learning speed of the first hidden layer over that of the last. Far below 1 the gradient "
        "vanishes on its way down, far above 1 it explodes. It is told at the start and at the end of a "
        "run.",
        symbol="‖∂C/∂b¹‖ / ‖∂C/∂bᴸ⁻¹‖", see=("learning speed", "vanishing"),
    ),
    "vanishing": Word(
        "The gradient vanishes where each layer down learns more slowly than the one above (the book's "
        "ch. 5). With the sigmoid σ′ ≤ 1/4, and each layer passes on a fourth of the error at most, but "
        "for the weights.",
        also=("vanishing gradient",), see=("ratio", "ledger"),
    ),
    "saturated": Word(
        "A neuron is saturated, for an example, where σ is nearly flat: |σ′(z)| is less than 0.05 of the "
        "largest slope that this σ has (record.saturation_threshold). Its error is nearly 0 then, so the "
        "weights into it learn slowly. The measure is relative: a sigmoid whose slopes are all small has "
        "none, so look at the mean slope beside it.",
        symbol="|σ′(z)| < 0.05 sup|σ′|",
        also=("saturation", "saturated neuron"),
        see=("slope", "floor", "dead"),
    ),
    "low": Word(
        "A neuron is low, for an example, where its activation is near 0: |a| is at most 0.1 of the root "
        "mean square of its layer (record.low_input_threshold). By BP4 the weights out of it learn "
        "slowly.",
        symbol="|a| ≤ 0.1 rms a", also=("low activation", "low input"), see=("BP4",),
    ),
    "dead": Word(
        "A neuron is dead where σ′(z) = 0 exactly for every example: nothing moves its weights.",
        also=("dead neuron",), see=("saturated",),
    ),
    "floor": Word(
        "A number ε > 0 below which the slope never falls. With it σ′ passes at least ε of the error that "
        "arrives in a layer, and in eight layers at least ε⁸. lab certify proves a floor.",
        symbol="σ′ ≥ ε", also=("slope floor",), see=("slope", "certificate"),
    ),
    "kink": Word(
        "Where σ′ jumps, as that of relu at 0. Where σ itself does, it is a jump.",
        also=("jump",), see=("slope",),
    ),
    "claim": Word(
        "A bound of the slope that a file or a command asserts, such as at_least = 0.1.",
        symbol="σ′ ≥ c", see=("certificate",),
    ),
    "certificate": Word(
        "What is proved of a claim over all real z, by interval arithmetic: CERTIFIED, REFUTED with a z "
        "where it fails, or UNDECIDED with the reason.",
        see=("claim", "floor"),
    ),
    "gain": Word(
        "A factor of the first weights. The critical one keeps the mean square of activations, or of "
        "errors, from layer to layer.",
        see=("chi",),
    ),
    "chi": Word(
        "By what factor a wide layer multiplies the mean square of the error, before training: χ = 1 is "
        "critical.",
        symbol="χ = σ_w² E σ′(z)²", also=("χ",), see=("gain", "ratio"),
    ),
    "trial": Word(
        "One network, from its first weights to its last step, with random numbers of its own. Trials of "
        "one number have the same examples in the same order in every variant, so variants are compared "
        "in pairs.",
        also=("replicate",), see=("seed", "variant"),
    ),
    "seed": Word(
        "The root of all random numbers: trials.seed. trials.seeds is how many trials each variant gets.",
        also=("seeds",), see=("trial",),
    ),
    "variant": Word(
        "One combination of the values in [vary]. Each variant gets the same trials.",
        see=("trial",),
    ),
    "run": Word(
        "What lab run made of an experiment file: a folder with its tables and plots.",
        see=("reading",),
    ),
    "step": Word(
        "One update of the weights, from one batch of examples.",
        symbol="w ← w − η ∂C/∂w", see=("epoch", "batch"),
    ),
    "epoch": Word(
        "One pass over all training examples.",
        see=("step",),
    ),
    "batch": Word(
        "The examples of one step: training.batch of them.",
        symbol="m", also=("mini-batch",), see=("step",),
    ),
    "reading": Word(
        "A moment at which a trial is measured: a row of the tables for each layer. record.every says how "
        "often.",
        see=("probe",),
    ),
    "probe": Word(
        "A part that measures quantities of a layer at a reading.",
        see=("reading",),
    ),
    "decade": Word(
        "A factor of ten. 2 decades are a factor of 100; n decades are 10ⁿ, so log₁₀ of a factor tells "
        "how many.",
        symbol="log₁₀", also=("decades",), see=("ledger",),
    ),
    "ledger": Word(
        "What took how much of the error between layers: ‖δˡ‖/‖δᴸ‖ is a product of what the weights did "
        "(transport) and what σ′ did (slope) in each layer.",
        symbol="‖e‖/‖δ above‖ · ‖δ‖/‖e‖", also=("transport",), see=("decade", "BP2"),
    ),
    "cause": Word(
        "Which factor of |∂C/∂w| lost most: low input, saturated output, small error, or examples that "
        'cancel. Recorded with record.quantities = ["all"].',
        also=("causes",), see=("BP4", "low", "saturated"),
    ),
    "verdict": Word(
        "A sentence on what is wrong in a run, with its rule, its threshold and the row of the table that "
        "backs it.",
        also=("verdicts",),
    ),
    "counterfactual": Word(
        "A training with max(σ′, floor) in place of σ′ on the way back, so not along the gradient of C.",
        also=("surrogate_floor",), see=("floor",),
    ),
}  # fmt: skip
"""The words, in the order in which they are listed."""


def looked_up(text: str) -> str | None:
    """The word that is meant, in upper or lower case, in any of its spellings; None where there is none.

    >>> looked_up("Saturation"), looked_up("δ"), looked_up("Σ'"), looked_up("loom")
    ('saturated', 'delta', 'matrix form', None)
    """
    text = text.replace("'", "′")
    return _SPELLINGS.get(text) or _IN_ANY_CASE.get(text.casefold())


_SPELLINGS = {spelling: name for name, word in GLOSSARY.items() for spelling in (name, *word.also)}
_IN_ANY_CASE = {spelling.casefold(): name for spelling, name in reversed(_SPELLINGS.items())}
