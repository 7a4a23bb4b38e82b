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
        symbol="σ′(z)", also=("σ′", "mean σ′", "sigma prime", "derivative"),
        see=("saturated", "floor", "BP2"),
    ),
    "z": Word(
        "The weighted input of a neuron: z = w a + b, with a of the layer below.",
        symbol="z_j^l", also=("weighted input",), see=("a",),
    ),
    "a": Word(
        "The activation of a neuron, a = σ(z). Of layer 0 it is the input x.",
        symbol="a_j^l", also=("activation",), see=("z", "low"),
    ),
    "neuron": Word(
        "A place of a layer. It makes a weighted input z of the activations below it, and of that its own "
        "activation, a = σ(z). Of the book's perceptron (ch. 1) σ is a step.",
        also=("sigmoid neuron", "perceptron"), see=("z", "a", "weight", "bias"),
    ),
    "weight": Word(
        "How much the activation of neuron k in the layer below counts in the weighted input of neuron j.",
        symbol="w_jk^l", also=("w", "weight matrix"), see=("bias", "BP4", "first weights"),
    ),
    "bias": Word(
        "What is added to the weighted input of a neuron, whatever comes in.",
        symbol="b_j^l", also=("b",), see=("weight", "BP3"),
    ),
    "first weights": Word(
        "The weights and biases before the first step. An initialiser draws them, from the seed of the "
        "trial. lab help initialisers lists them.",
        also=("initial weights", "weight initialisation"), see=("weight", "critical", "seed"),
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
    "gradient": Word(
        "How fast the cost changes with each weight and each bias. A step goes against it, since there the "
        "cost falls. Backpropagation finds it.",
        symbol="∂C/∂w, ∂C/∂b", also=("∇C", "∂C/∂w", "∂C/∂b", "partial derivative"),
        see=("backpropagation", "step", "learning speed"),
    ),
    "backpropagation": Word(
        "How the gradient is found: forward from the input to the cost, then the error back from layer to "
        "layer. BP1 and BP2 tell the error, BP3 and BP4 the gradient. lab backprop works it by hand.",
        also=("back-propagation", "feedforward", "four equations"),
        see=("BP1", "BP2", "BP3", "BP4", "gradient"),
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
    "BP3": Word("The gradient of a bias is the error of its neuron.", "∂C/∂bˡ = δˡ", see=("delta", "BP4")),
    "BP4": Word(
        "The gradient of a weight: the activation that comes in, times the error of the neuron it goes "
        "to. So a weight learns slowly out of a low neuron, and into one whose error is small.",
        symbol="∂C/∂w_jk^l = a_k^{l−1} δ_j^l", see=("low", "saturated", "cause"),
    ),
    "hadamard": Word(
        "The product of two columns number by number: (s ⊙ t)_j = s_j t_j.",
        symbol="⊙", also=("⊙", "Hadamard product"), see=("matrix form",),
    ),
    "transpose": Word(
        "A matrix with its rows as columns: (wᵀ)_kj = w_jk. BP2 carries the error back through it.",
        symbol="wᵀ", also=("ᵀ",), see=("BP2",),
    ),
    "norm": Word(
        "The length of a column of numbers: the root of the sum of their squares.",
        symbol="‖x‖ = √(Σ_j x_j²)", also=("‖·‖",), see=("rms", "learning speed"),
    ),
    "rms": Word(
        "The root of the mean of squares. It is how large numbers are, whatever their signs.",
        symbol="√⟨x²⟩", also=("root mean square",), see=("norm",),
    ),
    "matrix form": Word(
        "The equations with a matrix Σ′(z) that has σ′(z_j) on its diagonal and 0 elsewhere, in place of "
        "⊙: δˡ = Σ′(zˡ) (wˡ⁺¹)ᵀ … Σ′(zᴸ) ∇ₐC. The numbers are the same; lab matrix-form tells what it "
        "costs.",
        symbol="Σ′(z)", also=("Σ′", "matrix-form", "Jacobian"), see=("hadamard", "BP2"),
    ),
    "demon": Word(
        "Who sits at a neuron and moves its z by a little, Δz, to see what the cost does: δ Δz, and a "
        "remainder of second order. lab demon lets it loose; lab backprop checks every number by it.",
        symbol="ΔC ≈ δ_j Δz", see=("delta",),
    ),
    "cost": Word(
        "What training makes small: the mean over the examples of how wrong each is. lab help costs lists "
        "them.",
        symbol="C", also=("C", "loss", "cost function"), see=("BP1", "gradient"),
    ),
    "accuracy": Word(
        "The share of the examples whose class is answered right. Where the targets are numbers there is "
        "none, and R² is told.",
        see=("chance", "R2", "test data"),
    ),
    "R2": Word(
        "How much less the cost is than that of the best constant answer, C̄: 1 is perfect, 0 no better. It "
        "has this name where the cost is quadratic; of another cost it is called by its "
        "formula. A cross-entropy of targets between 0 and 1 costs C₀ even where the answer is perfect, so "
        "that its costs are told less C₀. C̄ is that of the training data, also where R² is of test data: "
        "r2_score of scikit-learn takes the mean of the data that it scores.",
        symbol="R² = 1 − C/C̄", also=("R²",), see=("chance", "cost"),
    ),
    "softmax": Word(
        "It makes shares of the z of the output layer, which are positive and add up to 1. Each needs "
        "all z, so it is no σ of one neuron. It is part of the cost softmax-cross-entropy, whose network "
        "has the output \"identity\" (the book's ch. 3).",
        symbol="a_j = e^{z_j} / Σ_k e^{z_k}", see=("cost", "BP1"),
    ),
    "chance": Word(
        "What the best constant answer gets: always the commonest class, or the number that costs least.",
        see=("accuracy", "R2"),
    ),
    "layer": Word(
        "Layers are counted from 1 to L, the output. Layer 0 is the input, the hidden ones are 1 … L − 1.",
        symbol="l", also=("hidden layer", "output layer", "hidden", "output", "input"),
    ),
    "learning speed": Word(
        "How large a layer's gradient is, ‖∂C/∂b‖: the norm of the mean error over the examples (the "
        "book's ch. 5). It is taken before a step. That of the weights is ‖∂C/∂w‖.",
        symbol="‖∂C/∂bˡ‖", also=("learning_speed", "speed", "‖∂C/∂b‖"), see=("ratio", "BP3"),
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
        also=("vanishing gradient", "unstable gradient"), see=("ratio", "ledger", "exploding"),
    ),
    "exploding": Word(
        "The gradient explodes where each layer down has a larger one than the layer above (the book's "
        "ch. 5). A step then overthrows the weights of the first layers.",
        also=("exploding gradient",), see=("ratio", "vanishing", "critical"),
    ),
    "saturated": Word(
        "A neuron is saturated, for an example, where σ is nearly flat: |σ′(z)| is less than 0.05 of the "
        "largest slope that this σ has (record.saturation_threshold). Its error is nearly 0 then, so the "
        "weights into it learn slowly. The measure is relative: a sigmoid whose slopes are all small has "
        "none, so look at the mean slope beside it.",
        symbol="|σ′(z)| < 0.05 sup|σ′|", see=("slope", "floor", "dead"),
        also=("saturation", "saturated neuron", "saturate", "learning slowdown"),
    ),
    "low": Word(
        "A neuron is low, for an example, where its activation is near 0: |a| is at most 0.1 of the root "
        "mean square of its layer (record.low_input_threshold). By BP4 the weights out of it learn "
        "slowly.",
        symbol="|a| ≤ 0.1 rms a", also=("low activation", "low input"), see=("BP4",),
    ),
    "dead": Word(
        "A neuron is dead where σ′(z) = 0 exactly for every example: nothing moves its weights.",
        also=("dead neuron", "dead relu", "dying", "dying relu"), see=("saturated",),
    ),
    "ulp": Word(
        "The distance of two neighbouring numbers of a dtype. lab audit tells errors of σ and σ′ in it. A "
        "false zero is a 0 where a number is due. A value is as exact as z where its error is no larger "
        "than what the last digit of z changes.",
        also=("false zero", "as exact as z"), see=("sigma", "slope"),
    ),
    "floor": Word(
        "A number ε > 0 below which the slope never falls. With it σ′ passes at least ε of the error that "
        "arrives in a layer, and in eight layers at least ε⁸. lab certify proves a floor.",
        symbol="σ′ ≥ ε", also=("slope floor", "ε"), see=("slope", "inf", "certificate"),
    ),
    "inf": Word(
        "inf σ′ is the greatest number that the slope never falls below, and sup σ′ the least that it never "
        "exceeds. σ′ may come as near as it likes without reaching either.",
        symbol="inf σ′ ≤ σ′(z) ≤ sup σ′",
        also=("inf σ′", "sup", "sup σ′", "bounds"), see=("floor", "certificate"),
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
        also=("CERTIFIED", "REFUTED", "UNDECIDED"), see=("claim", "floor", "interval arithmetic"),
    ),
    "proved": Word(
        "Of a number in a table or on a page: it follows from the formula, for all real z. What is claimed "
        "is only said, by the activation itself, and what is measured was seen at some z.",
        also=("claimed", "measured"), see=("certificate", "claim"),
    ),
    "witness": Word(
        "A z at which a claim fails, in all the digits that it takes.",
        see=("certificate", "claim"),
    ),
    "interval arithmetic": Word(
        "To compute with a lower and an upper bound in place of each number, rounded outward. What comes out "
        "holds for every z between the bounds that went in, so it proves something of all of them.",
        see=("certificate", "inf"),
    ),
    "gain": Word(
        "A factor of the first weights. The critical one keeps the mean square of activations, or of "
        "errors, from layer to layer.",
        see=("chi",),
    ),
    "chi": Word(
        "By what factor a wide layer multiplies the mean square of the error, before training: χ = 1 is "
        "critical.",
        symbol="χ = σ_w² E σ′(z)²", also=("χ",), see=("gain", "critical", "mean field"),
    ),
    "depth scale": Word(
        "After how many layers the mean square of the error has changed by a factor e, before training. "
        "Errors reach a few times so many layers.",
        symbol="ξ = −1/ln χ", also=("ξ",), see=("chi", "mean field"),
    ),
    "critical": Word(
        "Weights are critical whose variance makes χ = 1: in wide layers the error then neither vanishes nor "
        'explodes. network.initialiser = "critical" computes it from σ.',
        symbol="χ = 1", also=("critical point", "critical weights", "edge of chaos"),
        see=("chi", "gain", "first weights"),
    ),
    "mean field": Word(
        "The theory of very wide layers with random weights. There z is normal, so a few numbers a layer "
        "tell before any training how fast it will learn. lab predict computes them.",
        also=("mean field theory", "prediction"), see=("q", "correlation", "chi"),
    ),
    "q": Word(
        "The mean square of z in a layer, in mean field theory.",
        symbol="q = E z²", see=("mean field", "correlation"),
    ),
    "correlation": Word(
        "How alike the z of two examples are in a layer: 1 where they are the same. Where it nears 1 from "
        "layer to layer, the network tells the examples apart less and less.",
        symbol="c = E z z′ / q", see=("mean field", "q"),
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
    "status": Word(
        "How a trial ended: done, diverged (a number of it stopped being finite, which is a finding), or "
        "failed (an error kept it from its end).",
        also=("done", "diverged", "failed"), see=("trial",),
    ),
    "variant": Word(
        "One combination of the values in [vary]. Each variant gets the same trials.",
        see=("trial",),
    ),
    "run": Word(
        "What lab run made of an experiment file: a folder with its tables and plots.",
        see=("reading",),
    ),
    "comparison": Word(
        "Two variants beside each other, in pairs of trials of one number: the mean difference, an interval, "
        "and p, how often chance alone makes one as large. lab compare prints it.",
        also=("p", "p value"), see=("trial", "variant", "Holm", "d_z"),
    ),
    "Holm": Word(
        "Of many comparisons some look large by chance alone. Holm's method raises each p so that, over all "
        "of one metric, chance makes even one so small no more often than it says.",
        also=("p_holm",), see=("comparison",),
    ),
    "d_z": Word(
        "How large a difference is beside its spread: the mean difference of the pairs over the standard "
        "deviation of their differences (Cohen). About 200 seeds tell one of 0.2, 34 one of 0.5, 11 of 1.",
        also=("Cohen′s d",), see=("comparison",),
    ),
    "step": Word(
        "One update of the weights, from one batch of examples. This is that of plain descent; lab help "
        "optimisers lists the others.",
        symbol="w ← w − η ∂C/∂w", see=("eta", "epoch", "batch"),
    ),
    "eta": Word(
        "The learning rate: how far a step goes along the gradient. training.eta sets it. With a small one "
        "training takes long; with too large a one the cost rises, or numbers run over.",
        symbol="η", also=("η", "learning rate"), see=("step", "gradient"),
    ),
    "lambda": Word(
        "Weight decay: each step makes the weights smaller by a share ηλ/n of their size, with n training "
        "examples. Biases do not decay. training.lambda sets it. λ/n is torch's weight_decay; with adam, "
        "that of AdamW. Of other ways not to learn by heart (ch. 3), the lab has neither L1 nor dropout.",
        symbol="w ← (1 − ηλ/n) w − η ∂C/∂w", see=("eta", "step"),
        also=("λ", "weight decay", "regularisation", "regularisation parameter", "L2 regularisation",
              "L1 regularisation", "lasso", "dropout", "AdamW"),
    ),
    "example": Word(
        "One input x of the data with the target y that is due for it. Where that is a class, y is 1 "
        "for it and 0 for all others.",
        symbol="(x, y)", also=("target", "one-hot"), see=("batch", "test data"),
    ),
    "test data": Word(
        "Examples that are kept back from training. What is right of them was not learned by heart. Where "
        "far more of the training data are right, the network overfits. The lab has no third part, the "
        "book's validation data, by which η and λ are chosen.",
        also=("test part", "test set", "training data", "training set", "validation data", "overfitting"),
        see=("accuracy", "example"),
    ),
    "epoch": Word("One pass over all training examples.", see=("step",)),
    "batch": Word(
        "The examples of one step: training.batch of them.",
        symbol="m", also=("mini-batch",), see=("step",),
    ),
    "reading": Word(
        "A moment at which a trial is measured: a row of the tables for each layer. record.every says how "
        "often.",
        see=("probe",),
    ),
    "probe": Word("A part that measures quantities of a layer at a reading.", see=("reading",)),
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
        "Which factor of |∂C/∂w| lost most: input low, output saturated, error small, a and δ large on "
        "different examples, examples that cancel, or nothing left to learn. Recorded with "
        'record.quantities = ["all"].',
        also=("causes",), see=("BP4", "low", "saturated"),
    ),
    "verdict": Word(
        "A sentence on what is wrong in a run, with its rule, its threshold and the row of the table that "
        "backs it.",
    ),
    "counterfactual": Word(
        "A training with max(σ′, floor) in place of σ′ on the way back, so not along the gradient of C.",
        also=("surrogate_floor", "surrogate"), see=("floor",),
    ),
    "kernel": Word(
        "The compiled program that takes the steps of training. Its weights have the same bits on every "
        "machine. lab check tells which engine trains a variant: it, or numpy. In a template, kernel is the "
        "shape of the slope.",
        also=("engine",), see=("step",),
    ),
}  # fmt: skip
"""The words, in the order in which they are listed."""


def looked_up(text: str) -> str | None:
    """The word that is meant, in any of its spellings, one or several, and any case; None where none is.

    >>> looked_up("Saturation"), looked_up("biases"), looked_up("regularization"), looked_up("loom")
    ('saturated', 'bias', 'lambda', None)
    """
    text = text.replace("'", "′")
    folded = text.casefold().replace("iz", "is")
    spelt = (folded, folded.removesuffix("s"), folded.removesuffix("es"), folded.replace("-", " "))
    return _SPELLINGS.get(text) or next((_IN_ANY_CASE[one] for one in spelt if one in _IN_ANY_CASE), None)


_SPELLINGS = {spelling: name for name, word in GLOSSARY.items() for spelling in (name, *word.also)}
_IN_ANY_CASE = {spelling.casefold(): name for spelling, name in reversed(_SPELLINGS.items())}
