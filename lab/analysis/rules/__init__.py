"""The rules of the verdicts as a table, the gravest first.

A rule that tells of a failure, such as "nothing learned", speaks of a single trial; one that tells of a
habit, such as "slow early layers", of at least half of those that it can judge. A network that learns its
task should get no verdict, and mostly gets none: some networks of ReLU do well with a fifth of their neurons
dead. What takes more than a line of what a rule judges, says and advises is a function in the file of its
subject.
"""

from math import nan

import numpy as np

from lab.analysis.case import among
from lab.analysis.rule import HALF, Rule, habit, rounded
from lab.analysis.rules import follows, gradients, learning, neurons, steps, words
from lab.analysis.rules.learning import of_failed, unlearned
from lab.analysis.rules.words import part_of, percent
from lab.errors import counted
from lab.network.decay import overshooting

RULES = {
    "decay too large": Rule(
        "Does weight decay take more than nine tenths of the weights in a step, in a trial that has not "
        "learned `LEARNED` of its task? What else goes wrong after the start follows from it.",
        0.9,
        lambda case: among(unlearned(case), case.of_all(case.decay_of_a_step)),
        lambda case, seen: f"weight decay: {overshooting(seen.value)}",
        counts=True,
        measure=lambda case, share: 1 - share,
        advice=words.SMALLER_DECAY,
        explains=follows.of_decay,
    ),
    "diverged": Rule(
        "Did numbers of some trials stop being finite?",
        0.0,
        lambda case: case.trials["diverged_at"].notna().to_numpy(np.float64),
        learning.says_diverged,
        counts=True,
        advice=learning.finite_again,
        step=lambda case: min(case.diverged_at),
        explains={"first step too long", "updates large"},
    ),
    "class missing": Rule(
        "Are there classes of which no training example is?",
        0.0,
        lambda case: case.of_all(case.known("absent")),
        lambda case, seen: (
            f"class missing: {seen.value:.0f} of the {max(case.width(case.output), 2)} classes "
            f"{'has' if seen.value == 1 else 'have'} no training example, so that no answer to them can be "
            "learned"
        ),
        advice=words.mix,
        explains={"parts differ", "learned by heart"},
    ),
    "outlier": Rule(
        "Does one target make more than half of the variance of all, where a trial has not learned `LEARNED` "
        "of the training or the test data? Asked of 100 targets or more.",
        HALF,
        learning.outlier,
        lambda case, seen: (
            f"outlier: a single target makes {percent(seen.value)} of the variance of all, and may make as "
            "much of what was not learned"
        ),
        advice=words.weigh_less,
        explains=follows.of_outlier,
    ),
    "parts differ": Rule(
        "Does the mean of a target, or the share of a class, differ between the train and the test part by "
        "more than half a standard deviation, as where rows are sorted, and by more than chance makes of so "
        "few? Asked where 100 examples test.",
        words.SHIFTED,
        lambda case: case.of_all(case.shift),
        lambda case, seen: (
            f"the parts differ: from the training to the test data "
            f"{'the share of a class' if case.classes else 'the mean target'} changes by "
            f"{rounded(seen.value)} standard deviations"
        ),
        advice=words.mix,
        explains={"learned by heart"},
    ),
    "targets out of reach": Rule(
        "Do more than a tenth of the targets lie outside the range of the output's σ, in a trial that has "
        "not learned `LEARNED` of its task? Neither more nor larger steps help then.",
        learning.BEYOND,
        lambda case: among(unlearned(case), case.of_all(case.known("unreached"))),
        lambda case, seen: (
            f"out of reach: {percent(seen.value)} of the targets lie outside the range of the output's σ"
        ),
        advice='network.output = "identity", which reaches all targets',
        explains={"first step too long", *follows.CONSEQUENCES},
    ),
    "counterfactual climbs": habit(
        "Does a counterfactual take most of the last steps of a layer against the gradient of C, in a trial "
        "that has not learned `LEARNED` of its task? So it may where σ′ < 0, whose sign max(σ′, floor) "
        "changes. What else goes wrong on the way back follows from it.",
        0.0,
        gradients.cosine,
        lambda case, seen: (
            f"counterfactual: steps of layer {seen.layer} go against the gradient of C, at a cosine of "
            f"{rounded(seen.value)}: where σ′ < 0, {case.slope} changes its sign"
        ),
        below=True,
        over="median",
        advice="training.surrogate_floor = 0, or an activation whose slope is nowhere below 0",
        explains={"slow early layers", "exploding error", *follows.CONSEQUENCES},
    ),
    "no gradient": Rule(
        "Is the gradient of a hidden layer exactly 0 in the last quarter of the readings, in a trial that "
        "has not learned `LEARNED` of its task?",
        0.0,
        gradients.lost,
        gradients.says_lost,
        counts=True,
        advice=gradients.revive,
        needs=("learning_speed",),
        explains=follows.of_no_gradient,
    ),
    "nothing learned": Rule(
        "Did a trial come less than `SKILL` of the way from the best constant answer to a perfect one? It "
        "is always the commonest class, or the number that costs least: the mean target, or the median.",
        learning.SKILL,
        learning.unskilled,
        learning.says_unlearned,
        below=True,
        measure=learning.measured,
        advice=learning.teach,
        explains=follows.of_nothing_learned,
    ),
    "worse than a constant": Rule(
        "Has a trial without classes R² < 0 at the end, so that the best constant answer is better? Asked "
        "where training had no time to learn; else “nothing learned” tells it.",
        0.0,
        learning.worse,
        lambda case, seen: (
            f"{learning.outcome(case, seen.value)} after {counted(case.last_step, 'step')}, "
            "worse than the best constant answer"
        ),
        below=True,
        advice=learning.teach,
    ),
    "learned by heart": habit(
        "Did a trial that learned `BY_HEART` of the training data come less than half as far on the test "
        "data, and less by two standard errors? So it does where targets are not those of their rows, or the "
        "rows too few. More training would but go on with that.",
        HALF,
        learning.only_by_heart,
        learning.says_by_heart,
        below=True,
        advice=words.mix,
        explains={"cost still falling", "saturated layer"},
    ),
    "equal neurons": Rule(
        "Are more than half of a layer's neurons equal to others at the end? They get the same gradient, and "
        "so stay equal: nothing broke their symmetry.",
        HALF,
        lambda case: case.hidden_of(case.end("equal_neurons")),
        lambda case, seen: (
            f"symmetry: {percent(seen.value)} of layer {seen.layer}'s neurons are equal to others, "
            "and stay so"
        ),
        advice=words.RANDOM,
        needs=("equal_neurons",),
        explains={"narrow layer", "slow early layers", *follows.CONSEQUENCES} - {"no gradient"},
    ),
    "slow early layers": habit(
        "Is the gradient of the first hidden layer more than ten times smaller than the last's, at the "
        "start? It is ‖∂C/∂b‖, or the rms of δ where examples cancel. (Nielsen, ch. 5, “The vanishing "
        "gradient problem”)",
        learning.VANISHING,
        gradients.ratio,
        gradients.says_ratio,
        ratio=True,
        below=True,
        advice=gradients.carry,
        step=lambda case: case.first_step,
        needs=("learning_speed",),
        explains=follows.of_slow_layers,
    ),
    "exploding error": habit(
        "Is the gradient of the first hidden layer more than ten times larger than the last's, at the start? "
        "(Nielsen, ch. 5, “The exploding gradient problem”)",
        learning.EXPLODING,
        gradients.ratio,
        gradients.says_ratio,
        ratio=True,
        advice=lambda case, seen: ", or ".join(filter(None, (words.SMALLER_WEIGHTS, words.critical(case)))),
        step=lambda case: case.first_step,
        needs=("learning_speed",),
        explains=follows.of_long_steps,
    ),
    "saturated output": habit(
        "Is more than half of the output layer saturated at the start, where the cost does not cancel its "
        "σ′? If not, is it so at the end, in a trial that has not learned `LEARNED` of its task? (Nielsen, "
        "ch. 3)",
        HALF,
        neurons.saturated_output,
        neurons.says_saturated_output,
        advice=neurons.another_cost,
        step=neurons.saturated_output_at,
        needs=("saturation",),
        explains={"updates small", "cost still falling", *follows.OUTCOMES},
    ),
    # Saturation alone is no fault: a network that is sure of its classes ends so, since weights grow as long
    # as they are trained; tanh squeezed through a narrow layer takes to it, and hard tanh works by it as ReLU
    # does. It counts only with its consequence. Where σ is flat on one side only, as in ReLU, a layer works
    # by being off half of the time: that is left to "neurons off".
    "saturated layer": habit(
        "Is more than half of the (neuron, example) of a hidden layer saturated at the end, where σ is flat "
        "on both sides, and did training have its time and not learn `LEARNED` of its task?",
        HALF,
        neurons.saturated,
        lambda case, seen: (
            f"{percent(seen.value)} of layer {seen.layer} is saturated at the end, "
            f"while {learning.left(case, seen)}"
        ),
        advice=neurons.unsaturate,
        needs=("saturation",),
        explains=follows.of_saturation,
    ),
    "dead output": Rule(
        "Have output neurons σ′ = 0 on every example at the end, where the cost does not cancel σ′, in a "
        "trial that has not learned `LEARNED` of its task? Where a reading sees few, on all of several.",
        0.0,
        neurons.dead_output,
        lambda case, seen: (
            f"dead output: {neurons.share_of(case, seen, 'has', 'have')} σ′ = 0 on "
            f"{neurons.on_examples(case, 'all')}"
        ),
        advice=words.IDENTITY,
        needs=("dead_neurons",),
        explains=follows.OUTCOMES,
    ),
    "dead neurons": habit(
        "Have more than a fifth of a hidden layer's neurons σ′ = 0 on every example at the end; more than "
        "half, where `LEARNED` of the task was learned? Where a reading sees few, on all of several.",
        neurons.MANY,
        neurons.dead_hidden,
        lambda case, seen: (
            f"{neurons.share_of(case, seen, 'is', 'are')} dead at the end: σ′ = 0 on "
            f"{neurons.on_examples(case, 'all')}"
        ),
        advice=neurons.keep_alive,
        needs=("dead_neurons",),
        explains=follows.of_dead_neurons,
    ),
    "neurons off": habit(
        "Are more than half of a hidden layer's neurons, where σ is flat on one side, on that side for 95 % "
        "of the examples at the end, in a trial that has not learned `LEARNED` of its task? Where a reading "
        "sees few, of several.",
        HALF,
        neurons.off_hidden,
        lambda case, seen: (
            f"{neurons.share_of(case, seen, 'is', 'are')} off on {neurons.on_examples(case, 'at least 95 %')}"
        ),
        advice=neurons.switch_on,
        needs=("saturated_neurons",),
        explains=follows.of_off,
    ),
    "narrow layer": habit(
        "Has a hidden layer less than half as many neurons as the layer below it and as there are outputs, "
        "in a trial that has not learned `LEARNED` of its task?",
        HALF,
        neurons.narrow,
        neurons.says_narrow,
        below=True,
        advice=lambda case, seen: f"more neurons in layer {seen.layer}",
        explains={"saturated layer", "updates large", "cost still falling", *follows.OUTCOMES},
    ),
    "weights vanish": habit(
        "Is a quarter of a layer's first weights left at the end, or less, in a trial that has not learned "
        "`LEARNED` of its task? Asked where weights decay. Steps that are large beside what is left follow.",
        learning.LITTLE_LEFT,
        lambda case: of_failed(case, learning.weights_left(case)),
        steps.says_decay,
        below=True,
        advice=words.SMALLER_DECAY,
        needs=("weight_norm",),
        explains={*follows.OUTCOMES, *follows.STATES, "updates large", "inputs low"},
    ),
    "first step too long": habit(
        "Is the first step of a layer longer than its weights, and than usual ones (rows of norm 1), in a "
        "trial that has not learned `LEARNED` of its task?",
        1.0,
        steps.first,
        steps.says_first,
        advice=words.smaller_steps,
        step=lambda case: case.first_step,
        needs=("update_ratio", "weight_norm"),
        explains=lambda case: follows.of_long_steps(case) | {"learned by heart"},
    ),
    "updates large": habit(
        "Are a layer's steps more than a tenth of its weights in most of training, which overthrows these?",
        learning.OVERTHROWN,
        steps.typical,
        lambda case, seen: (
            f"updates too large: the median step changes layer {seen.layer}'s weights by "
            f"{part_of(seen.value, 'their size')}"
        ),
        over="median",
        advice=words.steadier,
        step=lambda case: case.last_step_of("update_ratio"),
        needs=("update_ratio",),
        explains=follows.of_long_steps,
    ),
    "updates small": habit(
        "Did all steps of a layer together go less far than a tenth of the size of its weights, in a trial "
        "that has not learned `LEARNED` of its task? Not asked where something else hinders it, such as a "
        "lost gradient, saturation or large steps.",
        0.1,
        lambda case: of_failed(case, among(~learning.hindered(case), case.path)),
        steps.says_path,
        below=True,
        over="sum",
        advice=words.larger_steps,
        step=lambda case: case.last_step_of("update_ratio"),
        needs=("update_ratio", "weight_norm"),
        explains={"cost still falling", *follows.OUTCOMES},
    ),
    "cost still falling": habit(
        "Did the cost fall by more than a twentieth from the third to the last quarter of the readings, and "
        "by more than two standard errors, in a trial that has not learned `UNFINISHED` of its task? Not "
        "asked where something else hinders it.",
        learning.STILL_FALLING,
        learning.fall,
        lambda case, seen: (
            f"training ended early: the mean cost still fell by {percent(seen.value)} from the third to the "
            f"last quarter, while {learning.left(case, seen)}"
        ),
        advice=words.larger_steps,
        explains=follows.OUTCOMES,
    ),
    "inputs low": habit(
        "Do nearly all activations that feed a layer lie near 0 at the end, so that its weights learn slowly "
        "(BP4)? Not asked of the data: pictures are mostly empty, and one-hot inputs have to be.",
        0.9,
        lambda case: np.where(np.arange(case.output) > 0, case.end("low_input"), nan),
        lambda case, seen: f"{percent(seen.value)} of what feeds layer {seen.layer} is near 0 at the end",
        needs=("low_input",),
    ),
}
"""The rules by name, the gravest first."""
