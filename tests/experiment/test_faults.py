"""Every bad experiment file: which line, which key, what is said; the numbers are those of the faults."""

import pytest

from lab.errors import ExperimentError
from lab.experiment.variants import load
from tests.conftest import SMALLEST as BASE

VALUES = [
    ("14-unknown-key", "training.etta", "0.1",
     "unknown key; did you mean 'eta'? (known: batch, dtype, engine, epochs, eta, lambda, optimiser, "
     "steps, surrogate_floor)"),
    ("14-wrong-table", "network.eta", "0.1", "unknown key here; it belongs in the table [training]"),
    ("14-anothers-name", "training.learning_rate", "0.1", "unknown key; did you mean 'eta'?"),
    ("14-anothers-decay", "training.weight_decay", "0.1", "unknown key; did you mean 'lambda'?"),
    ("14-anothers-seeds", "trials.repeats", "3", "unknown key; did you mean 'seeds'?"),
    ("14-anothers-widths", "network.sizes", "[3]", "unknown key; did you mean 'hidden'?"),
    ("14-anothers-table", "training.loss", '"mse"',
     "unknown key here; it is called 'cost' here, and belongs in the table [network]"),
    ("14-python-name", "training.lambda_", "1.0", "did you mean 'lambda'?"),
    ("17-text-width", "network.hidden[0]", '["30"]', "expected a whole number, got '30' (text)"),
    ("17-true-width", "network.hidden[0]", "[true]", "got true (a truth value)"),
    ("17-one-width", "network.hidden", "30", "expected a list, got 30; write [30]"),
    ("17-widths", "network.hidden", '"30,30"', "expected a list, got '30,30' (text); write [30, 30]"),
    ("17-quantity", "record.quantities", "3", "expected a list, got 3"),
    ("17-quoted-list", "network.hidden", '"[30, 30]"', "got '[30, 30]' (text); write [30, 30]"),
    ("17-text-eta", "training.eta", '"0.1"', "expected a number, got '0.1' (text); write 0.1"),
    ("17-text-batch", "training.batch", '"10"', "or a whole number >= 1, got '10' (text); write 10"),
    ("17-text-seeds", "trials.seeds", '"1,000"', "expected a whole number, got '1,000' (text); write 1000"),
    ("17-points-in-it", "trials.seeds", "1.000", "expected a whole number, got 1.0; write 1000, or 1"),
    ("17-points-in-width", "network.hidden[0]", "[1.024]", "expected a whole number, got 1.024; write 1024"),
    ("17-neurons", "record.neurons", '"true"', "expected true or false, got 'true' (text); write true"),
    ("17-neurons-number", "record.neurons", "1", "expected true or false, got 1; write true"),
    ("17-table-within", "network.training", "{eta = 0.1}",
     "unknown key here; it belongs at the top level: [training]"),
    ("17-designs-within", "network.activations", '{soft = {value = "tanh(z)"}}',
     "unknown key here; it belongs at the top level: [activations]"),
    ("17-title-within", "training.title", '"Why?"',
     "unknown key here; it belongs at the top of the file, above the first table"),
    ("17-epochs", "training.epochs", "3.5", "expected a whole number, got 3.5"),
    ("17-eta", "training.eta", "true", "expected a number, got true (a truth value)"),
    ("17-batch", "training.batch", '"ful"', 'expected "full", or a whole number >= 1'),
    ("17-several-etas", "training.eta", "[0.1, 0.2]",
     'got a list; to compare several, list them under [vary]: "training.eta" = [ … ]'),
    ("17-several-widths", "network.hidden[0]", "[[3, 4]]", 'under [vary]: "network.hidden" = [ … ]'),
    ("18-inf", "training.eta", "inf", "must be finite, got inf"),
    ("18-nan", "training.lambda", "nan", "must be finite, got nan"),
    ("18-1e999", "training.eta", "1e999", "must be finite, got inf"),
    ("19-eta", "training.eta", "0", "must be > 0, got 0"),
    ("19-lambda", "training.lambda", "-1", "must be >= 0, got -1"),
    ("19-epochs", "training.epochs", "0", "must be >= 1, got 0"),
    ("19-batch", "training.batch", "0", "a whole number >= 1, got 0"),
    ("19-surrogate-floor", "training.surrogate_floor", "-0.1", "must be >= 0, got -0.1"),
    ("19-seed", "trials.seed", "-1", "must be >= 0, got -1"),
    ("19-threshold", "record.saturation_threshold", "1", "must be < 1, got 1"),
    ("20-part", "network.cost", "3", 'expected a name, or a table such as {name = "…", '),
    ("20-parts", "network.activation", '["tanh", 3]', "at entry [1], got 3"),
    ("21-quantities", "record.quantities", "[]", "must not be empty"),
    ("21-seeds", "trials.seeds", "0", "must be >= 1, got 0"),
    ("23-activation", "network.activation", '"tahn"', "did you mean 'tanh' or 'atan'?"),
    ("23-second", "network.activation[0]", '["tahn"]', "did you mean 'tanh' or 'atan'?"),
    ("23-cost", "network.cost", '"quadratik"', "did you mean 'quadratic'?"),
    ("23-initialiser", "network.initialiser", '"nielson"', "did you mean 'nielsen'?"),
    ("23-optimiser", "training.optimiser", '"addam"', "did you mean 'adam'?"),
    ("23-anothers-cost", "network.cost", '"mse"', "did you mean 'quadratic'?"),
    ("23-anothers-optimiser", "training.optimiser", '"SGD"', "did you mean 'descent'?"),
    ("23-torchs-cost", "network.cost", '"BCEWithLogitsLoss"', "did you mean 'cross-entropy'?"),
    ("23-torchs-initialiser", "network.initialiser", '"kaiming_normal_"', "did you mean 'he'?"),
    ("23-call", "training.optimiser", '"adam(beta1=0.9)"', "did you mean 'adam'?"),
    ("23-anothers-initialiser", "network.initialiser", '"kaiming_normal"', "did you mean 'he'?"),
    ("23-nameless", "network.activation", '{nam = "elu"}', "parameter = 0.1}, got a table of nam"),
    ("53-look-alike", "network.activation",
     '"t\u0430nh"', "did you mean 'tanh'? ('а' is cyrillic small letter a)"),
    ("23-dtype", "training.dtype", '"float46"', "unknown word 'float46'; did you mean 'float64'?"),
    ("24-parameter-of-another", "network.activation", '{name = "tanh", slope = 0.1}',
     "'tanh' has no parameter 'slope'"),
    ("24-of-the-training", "training.optimiser", '{name = "adam", lr = 0.1}',
     "its parameters: beta1, beta2, epsilon; it is called 'eta' here, and belongs in the table [training]"),
    ("24-eta-of-the-training", "training.optimiser", '{name = "adam", eta = 0.1}',
     "no parameter 'eta'; its parameters: beta1, beta2, epsilon; it belongs in the table [training]"),
    ("25-softmax", "network.output", '"softmax"',
     'softmax is not elementwise, so it is no activation; for a softmax output write cost = '
     '"softmax-cross-entropy" with output = "identity"'),
    ("28-seeds", "trials.seeds", "10001", "say --max-trials 10001"),
    ("31-layer", "network.hidden", "[1000000000000]", "3000000000001 parameters a trial need about 65 TiB"),
    ("33-width-zero", "network.hidden[1]", "[3, 0]", "must be >= 1, got 0"),
    ("33-width-negative", "network.hidden[0]", "[-3]", "must be >= 1, got -3"),
    ("34-width-float", "network.hidden[0]", "[30.0]", "expected a whole number, got 30.0; write 30"),
    ("34-share", "record.examples", "0.2",
     "expected a whole number, got 0.2; it counts examples, and is no share of them"),
    ("34-seeds", "trials.seeds", "[7, 8, 9]",
     "got a list; it counts the trials, whose seeds are made from trials.seed: write 3"),
]  # fmt: skip
"""A key and a value that it cannot have."""

OVERRIDES = [
    ("83-override", "training.etta=1", "training.etta", "did you mean 'eta'?"),
    ("83-override-table", "trainning.eta=1", "trainning", "did you mean 'training'?"),
    ("83-override-in-anothers-table", "train.epochs=1", "train", "(set by an override)"),
    ("84-no-value", "training.eta", "training.eta", "an override is written KEY=VALUE, for example"),
    ("84-no-key", "=1", "", "an override is written KEY=VALUE"),
    ("84-bad-key", "a b=1", "a b", "'a b' is not a dotted key"),
    ("85-index", "network.hidden[9]=1", "network.hidden[9]",
     "index 9 is out of range: network.hidden has only [0]"),
    ("85-no-list", "data.name[0]=1", "data.name[0]", "data.name is not a list, so it has no entry [0]"),
    ("85-no-table", "data.name.x=1", "data.name.x", "data.name is not a table, so it has no key 'x'"),
    ("86-bare-word", "training.epochs=many", "training.epochs",
     "expected a whole number, got 'many' (text) (set by an override)"),
    ("86-share", "training.eta=10%", "training.eta",
     "expected a number, got '10%' (text); write 0.1 (set by an override)"),
    ("86-nested", f"title={'[' * 5000}", "title", "the value is nested too deeply"),
    ("86-surrogate", "title=\udc80", "title", "the value is not valid text"),
]  # fmt: skip

FILES = [
    ("2-empty", "", 0, "", "no experiment: needs `data.name` and `network.hidden`"),
    ("2-comments-only", "# nothing\n\n", 0, "", "no experiment: needs `data.name` and `network.hidden`"),
    ("3-syntax", BASE + "[training\n", 5, "",
     "Expected ']' at the end of a table declaration at line 5, column 10\n    [training\n             ^"),
    ("3-no-value", BASE + "activation =\n", 5, "",
     "Invalid value at line 5, column 13; a value is missing after '='"),
    ("3-unclosed-text", BASE + 'cost = "a', 5, "", "Unterminated string at line 5, column 10"),
    ("3-unclosed-list", BASE.replace("[3]", "[3") + "[training]\neta = 0.1\n", 4, "",
     "a list that is not closed by ] at line 4, column 1\n    hidden = [3\n    ^"),
    ("3-list-with-semicolons", BASE.replace("[3]", "[3; 3]"), 4, "",
     "a list with ; where a comma is due at line 4, column 1\n    hidden = [3; 3]\n    ^"),
    ("3-list-with-blanks", BASE.replace("[3]", "[3 3]"), 4, "",
     "a list with a blank where a comma is due at line 4, column 1\n    hidden = [3 3]\n    ^"),
    ("3-unclosed-quote", BASE + "cost = 'quadratic\n[training]\neta = 0.1\n", 5, "",
     "the quote that opens in this line is not closed in it\n    cost = 'quadratic\n                     ^"),
    ("3-quote-of-two-lines", BASE + 'cost = "a\nb"\n', 5, "",
     "the quote that opens in this line is not closed in it"),
    ("3-bare-word", BASE + "cost = quadratic\n", 5, "", 'text stands in quotes: "quadratic"'),
    ("3-percent", BASE + "[training]\neta = 10%\n", 6, "", "at line 6, column 9; write 0.1\n"),
    ("3-comma", BASE + "[training]\neta = 0,1\n", 6, "",
     "column 8; write 0.1, with a point; a list stands in brackets: [0, 1]\n"),
    ("3-thousands", BASE + "[trials]\nseeds = 1,000\n", 6, "", "write 1000, or 1.0 with a point\n"),
    ("3-millions", BASE + "[training]\nsteps = 1.000.000\n", 6, "", "write 1000000\n"),
    ("3-fraction", BASE + "[training]\neta = 1/4 # a quarter\n", 6, "", "column 8; write 0.25\n"),
    ("3-list", BASE.replace("[3]", "3, 4"), 4, "", "; a list stands in brackets: [3, 4]\n"),
    ("3-minus", BASE + "[training]\nlambda = \u22120.1\n", 6, "", "column 10; write -0.1\n"),
    ("3-curly-quotes", BASE.replace('"digits"', "“digits”"), 2, "",
     'column 8; text stands in straight quotes: "digits"\n'),
    ("3-curly-quotes-in-a-list", BASE + 'activation = [\n"tanh",\n„relu“,\n]\n', 7, "",
     'text stands in straight quotes: "relu"\n'),
    ("3-backslash-hex", BASE.replace("digits", r"C:\Users\me\data.csv"), 2, "",
     r"""write 'C:\Users\me\data.csv', in single quotes, or "C:/Users/me/data.csv" """[:-1]),
    ("3-backslash", BASE.replace("digits", r"C:\temp\data.csv"), 2, "",
     r"""write 'C:\temp\data.csv', in single quotes, or "C:/temp/data.csv" """[:-1]),
    ("3-backslash-unseen", BASE.replace("digits", r"C:\temp\new.csv"), 2, "data.name",
     r"""write 'C:\temp\new.csv', in single quotes, or "C:/temp/new.csv" """[:-1]),
    ("3-backslash-of-code", BASE + r'activation = "own\tanh.py:Mine"' + "\n", 5, "network.activation",
     r"""write 'own\tanh.py:Mine', in single quotes, or "own/tanh.py:Mine" """[:-1]),
    ("4-duplicate-key", BASE + "\nhidden = [\n 4,\n]\n", 6, "network.hidden",
     "is given twice, on lines 4 and 6; keep one of them"),
    ("4-duplicate-table", BASE + '[data]\nname = "moons"\n', 5, "data",
     "is given twice, on lines 1 and 5; keep one of them"),
    ("4-table-over-value", "data = 1\n[data]\n", 2, "data", "is given twice, on lines 1 and 2"),
    ("6-utf-16", BASE.encode("utf-16"), 0, "", "is UTF-16, not UTF-8; save as UTF-8"),
    ("6-latin-1", b'title = "a"\n# caf\xe9\n', 2, "", "is not UTF-8 (byte 0xe9); save the file as UTF-8"),
    ("7-nul", BASE + 'cost = "a\0b"\n', 5, "", "control character U+0000 at column 10; remove it"),
    ("7-escape", BASE + "# \x1b[31m\n", 5, "", "control character U+001B at column 3; remove it"),
    ("8-colon", BASE + "[training]\neta: 0.1\n", 6, "", "TOML uses '=': eta = 0.1\n    eta: 0.1\n       ^"),
    ("9-true", BASE + "[training]\neta = True\n", 6, "", "write true, in small letters"),
    ("10-no-zero-before", BASE + "[training]\neta = -.5\n", 6, "",
     "write -0.5, with a digit before the point"),
    ("10-no-zero-after", BASE + "[training]\neta = 5.\n", 6, "", "write 5.0, with a digit after the point"),
    ("11-nested", BASE + f"activation = {'[' * 5000}\n", 5, "", "brackets are nested too deeply"),
    ("12-huge-integer", BASE + f"activation = {'9' * 5000}\n", 5, "", "a number has too many digits"),
    ("12-tiny", BASE + "[training]\n# 1e-400\neta = 1e-400\n", 7, "",
     "1e-400 would be read as 0; expected 0 or a size of at least 5e-324"),
    ("13-large", BASE + "#" * 1_000_000, 0, "", "is larger than 1000000 bytes"),
    ("14-unknown-table", BASE + "[trainning]\neta = 0.1\n", 5, "trainning",
     "unknown key; did you mean 'training'? (known: activations, data, network, record, "
     "schema, see, title, training, trials, vary)"),
    ("14-anothers-table", BASE + "[train]\nepochs = 2\n", 5, "train",
     "unknown key; did you mean 'training'? (known: activations, data, network, record, "),
    ("14-anothers-sweep", BASE + "[grid]\neta = [0.1]\n", 5, "grid", "unknown key; did you mean 'vary'?"),
    ("14-anothers-part-of-data", BASE.replace("[network]", "test_size = 9\n[network]"), 3, "data.test_size",
     "; did you mean 'test'?"),
    ("15-anothers-data", BASE.replace("name", "file"), 1, "data.name", "is missing; is it meant by 'file'?"),
    ("20-table", 'data = "moons"\n[network]\nhidden = [3]\n', 1, "data", "write its heading in brackets"),
    ("20-design", BASE + '[activations]\nvalue = "tanh(z)"\n', 6, "activations.value",
     "a design has a table of its name, such as [activations.mine]"),
    ("14-no-table", BASE + "[train]\n", 5, "train", "unknown key; did you mean 'training'?"),
    ("14-part-as-table", BASE + '[cost]\nname = "huber"\nscale = 2.0\n', 5, "cost",
     "unknown key here; it belongs in the table [network]"),
    ("14-outside", "seeds = 3\n" + BASE, 1, "seeds", "unknown key here; it belongs in the table [trials]"),
    ("14-outside-and-misspelt", "optimizer = 'adam'\n" + BASE, 1, "optimizer",
     "did you mean 'training.optimiser'?"),
    ("14-table-of-a-part", BASE + '[optimizer]\nname = "adam"\n', 5, "optimizer",
     "unknown key; did you mean 'training.optimiser'?"),
    ("15-hidden-otherwise", BASE.replace("hidden", "layers"), 4, "network.layers",
     "unknown key; did you mean 'hidden'? expected the widths of the hidden layers alone"),
    ("15-data-otherwise", 'dataset = "digits"\n[network]\nhidden = [3]\n', 1, "dataset",
     "it is called 'name' here, and belongs in the table [data]"),
    ("15-table-in-capitals", BASE.replace("[data]", "[Data]"), 1, "Data", "did you mean 'data'?"),
    ("14-batch-otherwise", BASE + "[training]\nmini_batch_size = 10\n", 6, "training.mini_batch_size",
     "did you mean 'batch'?"),
    ("14-momentum", BASE + "[training]\nmomentum = 0.9\n", 6, "training.momentum",
     'it is a parameter of the optimiser: optimiser = {name = "momentum", mu = 0.9}'),
    ("14-mu-otherwise", BASE + '[training]\noptimiser = {name = "momentum", momentum = 0.9}\n', 6,
     "training.optimiser", "'momentum' has no parameter 'momentum'; did you mean 'mu'? its parameters: mu"),
    ("20-design-without-table", BASE + '[activations]\nmine = "tanh(z)"\n', 6, "activations.mine",
     'write [activations.mine], and in the line below value = "tanh(z)"'),
    ("15-no-hidden", '[data]\nname = "digits"\n[network]\n', 3, "network.hidden",
     "is missing; expected the widths"),
    ("15-no-data", "[network]\nhidden = []\n", 0, "data.name", "is missing; expected a data set, or a path"),
    ("15-misspelt", BASE.replace("name", "nmae"), 1, "data.name",
     "is missing; is it meant by 'nmae'? expected a"),
    ("34-second-file", BASE.replace("[network]", 'test = "more.csv"\n[network]'), 3, "data.test",
     "of one file the first ones train, and the next ones test; this line joins two: "
     'python -c "import pandas; pandas.concat(map(pandas.read_csv, [\'train.csv\', \'more.csv\']))'
     ".to_csv('both.csv', index=False)\""),
    ("14-parameter-of-data", BASE.replace("[network]", "noise = 1.0\n[network]"), 3, "data.noise",
     "'digits' has no parameter 'noise'; it has no parameters"),
    ("14-in-the-table-above", BASE.replace("[network]", "eta = 0.1\n[network]"), 3, "data.eta",
     "it belongs in the table [training]"),
    ("14-a-table-in-that-of-data", BASE.replace("[network]", "[data.training]\neta = 0.1\n[network]"),
     3, "data.training", "has no parameter 'training'; it has no parameters; it belongs at the top level"),
    ("17-table", "trials = 3\n" + BASE, 1, "trials", "expected a table, got 3"),
    ("18-huge", BASE + f"[training]\neta = 1{'0' * 400}\n", 6, "training.eta",
     "must be finite, got a number of 401 digits"),
    ("20-date", "title = 2024-01-01\n" + BASE, 1, "title",
     "expected text in quotes, got 2024-01-01 (a date or time)"),
    ("19-too-many", BASE + f"[trials]\nseeds = 1{'0' * 400}\n", 6, "trials.seeds",
     "must be <= 1e+15, got a number of 401 digits"),
    ("21-vary", BASE + '[vary]\n"training.eta" = []\n', 6, 'vary."training.eta"', "is an empty list"),
    ("22-vary-twice", BASE + '[vary]\n"training.eta" = [0.1, 0.2, 0.1]\n', 6, 'vary."training.eta"',
     "the value 0.1 is given twice"),
    ("23-data", BASE.replace("digits", "digit"), 2, "data.name", "did you mean 'digits'?"),
    ("23-quantity", BASE + '[record]\nquantities = ["saturatoin"]\n', 6, "record.quantities[0]",
     "unknown quantity 'saturatoin'; did you mean 'saturation'?"),
    ("25-cost-and-output", BASE + 'output = "tanh"\n', 3, "network.cost",
     "cross-entropy needs outputs in [0, 1]"),
    ("26-batch", BASE.replace("[network]", "train = 50\n[network]") + "[training]\nbatch = 64\n",
     7, "training.batch",
     'a batch of 64 is more than the 50 training examples; expected less or "full"'),
    ("27-schema", "schema = 2\nfuture = 1\n" + BASE, 1, "schema",
     "needs a newer lab: this one reads schema 1, got 2"),
    ("27-schema-zero", "schema = 0\n" + BASE, 1, "schema", "must be >= 1, got 0"),
    ("28-trials", BASE + '[trials]\nseeds = 5001\n[vary]\n"training.eta" = [0.1, 0.2]\n', 7, "vary",
     "2 variants × 5001 seeds are 10002 trials, more than 10000; if that is meant, say --max-trials 10002"),
    ("30-epochs-and-steps", BASE + "[training]\nsteps = 3\neta = 0.1\nepochs = 2\n", 6, "training.steps",
     "contradicts training.epochs (line 8); give only one of them"),
    ("30-value-and-derivative", BASE + '[activations.mine]\nvalue = "z"\nderivative = "1"\n',
     7, "activations.mine.derivative",
     "contradicts activations.mine.value (line 6); give only one of them"),
    ("30-claims", BASE + '[activations.mine]\nvalue = "z"\nat_least = 0.3\nat_most = 0.2\n',
     8, "activations.mine.at_most", "expected a number >= at_least = 0.3, got 0.2"),
    ("30-no-formula", BASE + "[activations.mine]\nat_least = 0.1\n", 5, "activations.mine",
     "needs one formula: `value` or `derivative`"),
    ("30-varied-value", BASE + '[training]\nepochs = 3\n[vary]\n"training.steps" = [5]\n',
     8, 'vary."training.steps"', "the value 5: contradicts training.epochs (line 6); give only one of them"),
    ("30-varied-keys", BASE + '[vary]\n"training.epochs" = [3]\n"training.steps" = [5]\n',
     7, 'vary."training.steps"', "contradicts training.epochs; give only one of them"),
    ("activations-and-layers", BASE + 'activation = ["tanh", "relu"]\n', 5, "network.activation",
     "expected a list of 1 activation, one for each hidden layer, got 2; to compare several, list them under "
     '[vary]: "network.activation" = [ … ]'),
    ("name-of-the-labs-own", BASE + '[activations.tanh]\nvalue = "z"\n', 5, "activations.tanh",
     "'tanh' is the name of an activation of the lab's own; choose another"),
    ("name-of-a-design", BASE + '[activations."a b"]\nvalue = "z"\n', 5, 'activations."a b"',
     "must match [A-Za-z][A-Za-z0-9_-]{0,63}"),
    ("faulty-design-told-once",
     BASE + 'activation = "mine"\n[activations.mine]\nvalue = "tanh(z) + a*z"\na = "x"\n',
     8, "activations.mine.a", "expected a number, got 'x' (text)"),
    *(
        (f"faulty-design-{name}-{at}", BASE + f"{use}\n[activations.mine]\n{lines}\n", line, key, message)
        for at, use in (("fixed", 'activation = "mine"\n'),
                        ("varied", '[vary]\n"network.activation" = ["tanh", "mine"]'),
                        ("within", 'activation = {name = "floored", inner = "mine", floor = 0.1}\n'))
        for name, lines, line, key, message in (
            ("formula", 'value = "tanh(z) + flor*z"\nfloor = 0.1', 8, "activations.mine.value",
             "formula 'tanh(z) + flor*z', column 11: unknown name 'flor'; did you mean 'floor'?"),
            ("slope", 'derivative = "1/z"', 8, "activations.mine.derivative", "cannot be integrated"),
            ("anothers-key", 'formula = "tanh(z)"', 8, "activations.mine.formula",
             "unknown key; did you mean 'value'?"),
            ("dash", 'value = "tanh(z)"\nat-least = 0.1', 9, "activations.mine.at-least",
             "unknown key; did you mean 'at_least'?"),
            ("key", 'valeu = "tanh(z)"', 8, "activations.mine.valeu", "unknown key; did you mean 'value'?"),
            ("elsewhere", 'formula = "tanh(z)"', 8, "activations.mine.formula",
             "unknown key; did you mean 'value'?"),
            ("claim", 'value = "tanh(z)"\nat_leest = 0.1', 9, "activations.mine.at_leest",
             "unknown key; did you mean 'at_least'?"),
            ("unused", 'value = "tanh(z)"\nfloor = 0.1', 9, "activations.mine.floor",
             "the parameter 'floor' does not occur in it"),
            ("no-formula", "at_least = 0.1", 7, "activations.mine", "needs one formula"),
            ("type", "value = 3", 8, "activations.mine.value", "expected text in quotes, got 3"),
        )
    ),
    ("32-layers", BASE.replace("[3]", f"[{'1,' * 10001}]"), 4, "network.hidden",
     "10001 layers are more than 10000; 20004 par"),
    ("44-table", BASE + "[training]\nsteps = 1000000000000\n[record]\nevery = 1\n", 8, "record.every",
     "the table of layers would have 20000000000020 rows (1 variant × 10 seeds × "
     "1000000000001 readings × 2 layers)"),
]  # fmt: skip

VARIED = [
    ('"network.activatio" = ["tanh"]', 'vary."network.activatio"', "did you mean 'network.activation'?"),
    ('"netwrk.activation" = ["tanh"]', 'vary."netwrk.activation"', "did you mean 'network.activation'?"),
    ('"network" = [{}]', "vary.network", "is a whole table; vary one of its keys"),
    ('"not a key" = [1]', 'vary."not a key"', "is no key of this file"),
    ('"title" = ["a"]', "vary.title", "title cannot be varied: the title is of the whole experiment"),
    ('"schema" = [1]', "vary.schema", "schema cannot be varied"),
    ('"trials.seed" = [1]', 'vary."trials.seed"', "every variant gets the same trials"),
    ('"vary" = [1]', "vary.vary", "a variant varies nothing itself"),
    ('"training.seed" = [1]', 'vary."training.seed"', "it belongs in the table [trials]"),
    ('"training.lr" = [1]', 'vary."training.lr"', "no key of this file; did you mean 'training.eta'"),
    ('"activations.none.a" = [1]', 'vary."activations.none.a"', "is no key of this file"),
    ('"network.cost.delta" = [1.0]', 'vary."network.cost.delta"',
     "network.cost is not a table here; write"),
    ('"training.eta" = 0.1', 'vary."training.eta"', "expected a list, got 0.1"),
    ('"training.eta" = {start = 0.1, stop = 1.0}', 'vary."training.eta"',
     "expected a list of the values to try, got a table of start, stop"),
    ("training.eta = [0.1]", "vary.training",
     'a key with dots stands in quotes: "training.eta" = [ … ]'),
    ('"training.eta" = [0.1, 0]', 'vary."training.eta"', "the value 0: must be > 0, got 0"),
    ('"training.eta" = ["a"]', 'vary."training.eta"', "the value 'a': expected a number, got 'a' (text)"),
    ('"network.hidden" = [[3, 0]]', 'vary."network.hidden"', "the value [3, 0]: must be >= 1, got 0"),
    ('"network.activation" = ["tahn"]', 'vary."network.activation"',
     "the value 'tahn': unknown activation 'tahn'"),
    ('"data.name" = ["digit"]', 'vary."data.name"', "did you mean 'digits'?"),
    ('"network.cost" = [{name = "huber", scal = 1}]', 'vary."network.cost"',
     "the value {name = 'huber', scal = 1}: 'huber' has no parameter 'scal'; did you mean 'scale'?"),
    ('"training.batch" = [true]', 'vary."training.batch"', "the value true (a truth value): expected"),
    ('"network.output" = ["sigmoid", "tanh"]', "network.cost",
     "in the variant 'output=tanh': cross-entropy needs outputs in [0, 1]"),
    ('"network.cost" = ["softmax-cross-entropy", "quadratic"]\n"network.output" = ["tanh"]',
     'vary."network.cost"',
     "in the variant 'softmax-cross-entropy, output=tanh': softmax-cross-entropy holds"),
    ('"network.activation" = ["tanh", ["tanh", "relu"]]', 'vary."network.activation"',
     "in the variant '[tanh relu]': expected a list of 1 activation, one for each hidden layer, got 2"),
    ('"network.activation" = ["tanh", ["tanh", "relu"]]\n"training.eta" = [0.1, 0.2]',
     'vary."network.activation"', "in the variant '[tanh relu], eta=0.1' (and 1 more): expected a list"),
    ('"training.eta" = [0.1]\n\'"training".eta\' = [0.2]', 'vary."\\"training\\".eta"',
     "training.eta is varied twice"),
]  # fmt: skip
"""A line of the table ``vary``."""


def check(path, line, key, message, overrides=()):
    """The file has one problem: on this line, of this key, with this in its message."""
    with pytest.raises(ExperimentError) as raised:
        load(path, overrides)
    assert raised.value.exit_code == 2
    assert raised.value.source == str(path)
    (found,) = raised.value.problems
    assert (found.line, found.key) == (line, key)
    assert message in found.message


def named(faults):
    return [pytest.param(*fault[1:], id=f"fault-{fault[0]}") for fault in faults]


@pytest.mark.parametrize(("key", "value", "message"), named(VALUES))
def test_a_value_that_is_wrong(key, value, message, written):
    table, name = key.partition("[")[0].split(".")
    if name == "hidden":
        text, line = BASE.replace("[3]", value), 4
    elif table == "network":
        text, line = f"{BASE}{name} = {value}\n", 5
    else:
        text, line = f"{BASE}[{table}]\n{name} = {value}\n", 6
    check(written(text), line, key, message)


@pytest.mark.parametrize(("override", "key", "message"), named(OVERRIDES))
def test_an_override_that_is_wrong(override, key, message, written):
    check(written(BASE), 0, key, message, [override])


@pytest.mark.parametrize(("text", "line", "key", "message"), named(FILES))
def test_a_file_that_is_wrong(text, line, key, message, written):
    check(written(text), line, key, message)


@pytest.mark.parametrize("line", ["activations.mine = ['tanh(z)', 'z']", "training = [1, 2]"])
def test_a_list_is_no_hint_to_vary_a_table(line, written):
    with pytest.raises(ExperimentError, match=r"expected a table, got a list$"):
        load(written(f"{line}\n{BASE}"))


@pytest.mark.parametrize(("text", "key", "message"), VARIED)
def test_what_cannot_be_varied(text, key, message, written):
    elsewhere = {"network.cost": 3, 'vary."\\"training\\".eta"': 7}
    check(written(f"{BASE}[vary]\n{text}\n"), elsewhere.get(key, 6), key, message)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("none.toml", "there is no such file"),
        ("", "is a folder; name the experiment file in it"),
        ("/dev/null", "is not a regular file"),
    ],
)
def test_fault_1_no_file(path, reason, tmp_path):
    check(tmp_path / path, 0, "", reason)


@pytest.mark.parametrize("name", ["trial", "tiral.toml", "Trial.toml"])
def test_fault_1_the_nearest_file_is_told(name, written):
    path = written()
    check(path.with_name(name), 0, "", f"there is no such file; did you mean {str(path)!r}?")


@pytest.mark.parametrize("name", ["vanishing", "course/vanishing.toml", "01-demon.toml"])
def test_fault_1_of_a_shipped_experiment_it_is_told_how_to_get_it(name, tmp_path):
    stem = name.rpartition("/")[2].removesuffix(".toml")
    reason = f"there is no such file; a copy of the lab's own is written by: lab new {stem}"
    check(tmp_path / name, 0, "", reason)


def test_fault_1_unreadable(written, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    path = written()
    monkeypatch.setattr("pathlib.Path.open", refuse)
    check(path, 0, "", "cannot be read: Permission denied")


def test_fault_5_byte_order_mark_is_accepted(written):
    plan = load(written(b"\xef\xbb\xbf" + BASE.encode()))
    assert plan.experiment.network.hidden == [3]
    assert plan.source.data == b"\xef\xbb\xbf" + BASE.encode()


def test_fault_16_all_problems_in_one_go_by_line(written):
    text = """\
[data]
name = "digit"
[network]
hidden = [30, "30"]
activation = "soft"
colour = 1
[training]
epochs = 3
steps = 4
eta = nan
[vary]
"training.optimiser" = ["descent", "adm", 3]
"trials.seeds" = [1]
network.activation = ["tanh"]
"network.hiden" = [[1]]
[activations.bent]
value = "tanhh(z)"
"""
    with pytest.raises(ExperimentError) as raised:
        load(written(text))
    assert [(problem.line, problem.key) for problem in raised.value.problems] == [
        (2, "data.name"),
        (4, "network.hidden[1]"),
        (5, "network.activation"),
        (6, "network.colour"),
        (9, "training.steps"),
        (10, "training.eta"),
        (12, 'vary."training.optimiser"'),
        (12, 'vary."training.optimiser"'),
        (13, 'vary."trials.seeds"'),
        (14, "vary.network"),
        (15, 'vary."network.hiden"'),
        (17, "activations.bent.value"),
    ]


@pytest.mark.parametrize(
    ("stem", "near"),
    [
        *(("CON", "CON-1"), ("nul", "nul-1"), ("com1.x", "com1-1.x"), ("a" * 65, "a" * 64)),
        *(("実験", "experiment"), ("実験\n1", "1")),
    ],
    ids=repr,
)
def test_fault_72_name_of_the_run(stem, near, written):
    with pytest.raises(ExperimentError) as raised:
        load(written(name=f"{stem}.toml"))
    (problem,) = raised.value.problems
    assert (problem.line, problem.key) == (0, "")
    assert repr(stem) in problem.message
    assert problem.message.endswith(f"; expected such as {near!r}; rename the file")
    assert "\n" not in str(raised.value)
    assert load(written(name=f"{near}.toml")).name == near


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        *(("Übung 1", "Uebung-1"), ("é", "e"), ("a - b", "a-b"), ("a\nb", "a-b")),
        *((".hidden", "hidden"), ("-x", "x"), ("trailing.", "trailing"), ("=cmd", "cmd")),
    ],
    ids=repr,
)
def test_a_file_of_any_latin_name_has_a_run_of_a_plain_one(stem, name, written):
    plan = load(written(name=f"{stem}.toml"))
    assert (plan.name, plan.notes) == (name, (f"the run is called {name}",))


@pytest.mark.parametrize("stem", ["a", "0", "vanishing-gradients_2.1", "a" * 64, "console"])
def test_good_names_of_runs(stem, written):
    assert load(written(name=f"{stem}.toml")).name == stem


def test_fault_87_last_override_wins_and_is_noted(written):
    plan = load(written(), ["training.eta=1", "training.eta=0.3"])
    assert plan.experiment.training.eta == 0.3
    assert plan.notes == ("training.eta is overridden twice: 1, then 0.3, which wins",)


def test_fault_93_paths_are_relative_to_the_file(written, tmp_path, monkeypatch):
    path = written()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(f"../{path.name}").folder.resolve() == tmp_path.resolve()


def test_message_shows_no_control_characters(written):
    with pytest.raises(ExperimentError) as raised:
        load(written(BASE + 'cost = "\\u001b[31m"\n"\\u001b[2J" = 1\n'))
    assert len(raised.value.problems) == 2
    assert "\x1b" not in str(raised.value)
