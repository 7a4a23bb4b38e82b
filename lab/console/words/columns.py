"""What the columns of a run's tables are, for ``lab help COLUMN``.

Those of the table ``layers`` are told by the probes that measure them, and of the others those that are words
of the glossary, or keys of an experiment file, by these.
"""

TABLES = {
    "steps": {
        "test_cost": "C over the test examples",
        "test_accuracy": "the share of the test examples that are right",
    },
    "trials": {
        "diverged_at": "the step of the first reading at which a number of the trial was not finite",
        "origin": "what was the first number to be lost, of a trial that diverged",
        "origin_layer": "the layer in which the first number was lost",
        "origin_z": "the z at which σ or σ′ lost the first number",
        "final_test_cost": "C over all test examples after the last step",
        "best_test_accuracy": "the best of the readings",
    },
    "trials, summary": {
        "final_cost": "C over all training examples after the last step",
        "final_accuracy": "the share of all training examples that are right after the last step",
        "final_test_accuracy": "the share of all test examples that are right after the last step",
    },
    "variants": {
        "sizes": "the numbers of neurons from the inputs to the output",
        "inf_slope": "inf σ′; the column bounds says whether it is proved",
        "sup_slope": "sup σ′; the column bounds says whether it is proved",
        "initialiser": "what drew the first weights, with its parameters",
        "cancels": "whether the cost cancels σ′ in the error of the output",
        "seen": "which examples a reading sees",
        "decay": "λ of the weight decay",
        "absent": "how many classes no training example has",
        "shift": "how far the means of a target lie apart in the two parts, in standard deviations",
        "cost_of_mean": "C of the best constant answer, which is the mean target unless the cost has another",
        "cost_of_perfect": "C of a perfect answer: the entropy of targets in a cross-entropy, else 0",
        "input_rms": "the largest rms of a feature",
        "unreached": "the share of the training targets that the output cannot reach",
        "target_rms": "the largest rms of a target that is a number",
        "outlying": "the share of the variance of all targets that a single one makes",
    },
    "histograms": {
        "high": "where the bin ends, which begins at low",
        "count": "how many z lie in the bin",
    },
    "prediction": {
        "n_in": "how many neurons the layer is fed by",
        "n_out": "how many neurons the layer has",
        "weight_variance": "σ_w² = n_in Var w of the first weights",
        "bias_variance": "σ_b² = Var b of the first biases",
        "pair_chi": "what a layer leaves of E δ·δ′ of two examples",
        "predicted_speed": "learning_speed relative to that of the last hidden layer, from mean field theory",
        "predicted_speed_w": "learning_speed_w relative to that of the last hidden layer, predicted likewise",
        "predicted_delta_rms": "delta_rms relative to that of the last hidden layer, predicted likewise",
    },
    "neurons": {
        "slope_size": "⟨|σ′|⟩ over the examples",
        "a_size": "⟨|a|⟩ over the examples",
        "delta_mean": "⟨δ⟩ over the examples, which is ∂C/∂b of the neuron",
        "delta_size": "⟨|δ|⟩ over the examples",
        "speed_in": "‖∂C/∂w‖ of the weights into the neuron",
        "speed_out": "‖∂C/∂w‖ of the weights out of the neuron",
    },
    "summary": {
        "ratio_start": "‖∂C/∂b‖ of the first hidden layer over that of the last, at the first reading",
        "ratio_end": "‖∂C/∂b‖ of the first hidden layer over that of the last, at the last reading",
        "ratio_trials": "how many trials have a ratio at the start",
        "slope_start": "the mean σ′ of the hidden layers at the first reading",
        "slope_end": "the mean σ′ of the hidden layers at the last reading",
        "dead_layers": "the hidden layers without any gradient at the last reading, in every trial",
    },
    "by_layer": {
        "learning_speed_start": "‖∂C/∂b‖ of the layer at the first reading",
        "learning_speed_end": "‖∂C/∂b‖ of the layer at the last reading",
        "slope_mean_start": "the mean σ′ of the layer at the first reading",
        "slope_mean_end": "the mean σ′ of the layer at the last reading",
    },
    "summary, by_layer": {
        "saturation_start": "the saturated share of (neuron, example) at the first reading",
        "saturation_end": "the saturated share of (neuron, example) at the last reading",
    },
    "ledger": {
        "transport_decades": "log₁₀ of what the weights did between this layer and the one above",
        "slope_decades": "log₁₀ of what σ′ did in this layer",
        "transport_total": "the decades of the weights, summed from the last hidden layer down",
        "slope_total": "the decades of σ′, summed from the last hidden layer down",
        "reaches": "what share of the output's error, in rms, reaches the layer",
        "note": "why a number of the row is missing",
    },
    "comparisons": {
        "metric": "what the variants are compared by",
        "pairs": "in how many trials both variants have a number",
        "left_out": "in how many trials one of the two has none",
        "why_left_out": "how many trials are left out for which reason, of each variant",
        "neither": "of a time: in how many more pairs neither got there",
        "never": "of a time: in how many pairs one did not get there, and counts with the time that both had",
        "mean_a": "the mean of a over the pairs",
        "mean_b": "the mean of b over the pairs",
        "difference": "mean_b − mean_a; low and high are the ends of its 95 % interval",
        "p_least": "the least p_holm that so many pairs allow",
        "family": "for how many comparisons p_holm is corrected",
        "d_z": "Cohen's: the mean difference over the standard deviation of the differences",
        "seeds_needed": "how many seeds find a difference of this d_z four times in five",
        "unpaired": "what trials of one seed do not have in common",
    },
}  # fmt: skip
"""The columns by their tables, each with what it is."""


def column(name: str) -> str:
    """What a column of this name is, with its table; empty where none is called so.

    >>> column("absent")
    'In the table variants, absent: how many classes no training example has.'
    """
    told = ((table, columns[name]) for table, columns in TABLES.items() if name in columns)
    return " ".join(
        f"In the table{'s' * (', ' in table)} {table.replace(', ', ' and ')}, {name}: {what}."
        for table, what in told
    )
