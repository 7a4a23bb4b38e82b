"""Every bad experiment file: which line, which key, what is said."""

from dataclasses import dataclass, field

import pytest

from lab.errors import ExperimentError
from lab.experiment.variants import load

BASE = '[data]\nname = "digits"\n[network]\nhidden = [3]\n'


@dataclass(frozen=True)
class Fault:
    id: str
    text: str | bytes
    line: int
    key: str
    message: str
    overrides: list[str] = field(default_factory=list)


FAULTS = [
    Fault("2-empty", "", 0, "", "no experiment: needs `data.name` and `network.hidden`"),
    Fault("2-comments-only", "# nothing\n\n", 0, "", "no experiment: needs `data.name` and `network.hidden`"),
    Fault(
        "3-syntax",
        BASE + "[training\n",
        5,
        "",
        "Expected ']' at the end of a table declaration at line 5, column 10\n    [training\n             ^",
    ),
    Fault(
        "3-no-value",
        BASE + "activation =\n",
        5,
        "",
        "Invalid value at line 5, column 13; a value is missing after '='",
    ),
    Fault("3-unclosed-text", BASE + 'cost = "a', 5, "", "Unterminated string at line 5, column 10"),
    Fault("3-bare-word", BASE + "cost = quadratic\n", 5, "", 'text stands in quotes: "quadratic"'),
    Fault(
        "4-duplicate-key",
        BASE + "\nhidden = [\n 4,\n]\n",
        6,
        "network.hidden",
        "is given twice, on lines 4 and 6; keep one of them",
    ),
    Fault(
        "4-duplicate-table",
        BASE + '[data]\nname = "moons"\n',
        5,
        "data",
        "is given twice, on lines 1 and 5; keep one of them",
    ),
    Fault("4-table-over-value", "data = 1\n[data]\n", 2, "data", "is given twice, on lines 1 and 2"),
    Fault("6-utf-16", BASE.encode("utf-16"), 0, "", "is UTF-16, not UTF-8; save as UTF-8"),
    Fault(
        "6-latin-1", b'title = "a"\n# caf\xe9\n', 2, "", "is not UTF-8 (byte 0xe9); save the file as UTF-8"
    ),
    Fault("7-nul", BASE + 'cost = "a\0b"\n', 5, "", "control character U+0000 at column 10; remove it"),
    Fault("7-escape", BASE + "# \x1b[31m\n", 5, "", "control character U+001B at column 3; remove it"),
    Fault(
        "8-colon", BASE + "[training]\neta: 0.1\n", 6, "", "TOML uses '=': eta = 0.1\n    eta: 0.1\n       ^"
    ),
    Fault("9-true", BASE + "[training]\neta = True\n", 6, "", "write true, in small letters"),
    Fault(
        "10-no-zero-before",
        BASE + "[training]\neta = -.5\n",
        6,
        "",
        "write -0.5, with a digit before the point",
    ),
    Fault(
        "10-no-zero-after", BASE + "[training]\neta = 5.\n", 6, "", "write 5.0, with a digit after the point"
    ),
    Fault("11-nested", BASE + f"activation = {'[' * 5000}\n", 5, "", "brackets are nested too deeply"),
    Fault("12-huge-integer", BASE + f"activation = {'9' * 5000}\n", 5, "", "a number has too many digits"),
    Fault("13-large", BASE + "#" * 1_000_000, 0, "", "is larger than 1000000 bytes"),
    Fault(
        "14-unknown-key",
        BASE + "[training]\netta = 0.1\n",
        6,
        "training.etta",
        "unknown key; did you mean 'eta'? "
        "(known: batch, dtype, epochs, eta, lambda, optimiser, steps, surrogate_floor)",
    ),
    Fault(
        "14-unknown-table",
        BASE + "[trainning]\neta = 0.1\n",
        5,
        "trainning",
        "unknown key; did you mean 'training'? "
        "(known: activations, data, network, record, schema, title, training, trials, vary)",
    ),
    Fault(
        "14-wrong-table",
        BASE + "eta = 0.1\n",
        5,
        "network.eta",
        "unknown key here; it belongs in the table [training]",
    ),
    Fault(
        "14-outside", "seeds = 3\n" + BASE, 1, "seeds", "unknown key here; it belongs in the table [trials]"
    ),
    Fault(
        "14-python-name",
        BASE + "[training]\nlambda_ = 1.0\n",
        6,
        "training.lambda_",
        "did you mean 'lambda'?",
    ),
    Fault(
        "15-no-hidden",
        '[data]\nname = "digits"\n[network]\n',
        3,
        "network.hidden",
        "is missing; expected the widths",
    ),
    Fault(
        "15-no-data", "[network]\nhidden = []\n", 0, "data.name", "is missing; expected a data set, or a path"
    ),
    Fault(
        "17-text-width",
        BASE.replace("3]", '"30"]'),
        4,
        "network.hidden[0]",
        "expected a whole number, got '30' (text)",
    ),
    Fault("17-true-width", BASE.replace("3", "true"), 4, "network.hidden[0]", "got true (a truth value)"),
    Fault("17-one-width", BASE.replace("[3]", "30"), 4, "network.hidden", "expected a list, got 30"),
    Fault(
        "17-epochs",
        BASE + "[training]\nepochs = 3.5\n",
        6,
        "training.epochs",
        "expected a whole number, got 3.5",
    ),
    Fault(
        "17-eta",
        BASE + "[training]\neta = true\n",
        6,
        "training.eta",
        "expected a number, got true (a truth value)",
    ),
    Fault(
        "17-table",
        "trials = 3\n" + BASE,
        1,
        "trials",
        "expected a table, got 3",
    ),
    Fault(
        "17-batch",
        BASE + '[training]\nbatch = "ful"\n',
        6,
        "training.batch",
        'expected "full", or a whole number >= 1',
    ),
    Fault("18-inf", BASE + "[training]\neta = inf\n", 6, "training.eta", "must be finite, got inf"),
    Fault("18-nan", BASE + "[training]\nlambda = nan\n", 6, "training.lambda", "must be finite, got nan"),
    Fault("18-1e999", BASE + "[training]\neta = 1e999\n", 6, "training.eta", "must be finite, got inf"),
    Fault(
        "18-huge",
        BASE + f"[training]\neta = 1{'0' * 400}\n",
        6,
        "training.eta",
        "must be finite, got a number of 401 digits",
    ),
    Fault("19-eta", BASE + "[training]\neta = 0\n", 6, "training.eta", "must be > 0, got 0"),
    Fault("19-lambda", BASE + "[training]\nlambda = -1\n", 6, "training.lambda", "must be >= 0, got -1"),
    Fault("19-epochs", BASE + "[training]\nepochs = 0\n", 6, "training.epochs", "must be >= 1, got 0"),
    Fault("19-batch", BASE + "[training]\nbatch = 0\n", 6, "training.batch", "a whole number >= 1, got 0"),
    Fault(
        "19-surrogate-floor",
        BASE + "[training]\nsurrogate_floor = -0.1\n",
        6,
        "training.surrogate_floor",
        "must be >= 0, got -0.1",
    ),
    Fault("19-seed", BASE + "[trials]\nseed = -1\n", 6, "trials.seed", "must be >= 0, got -1"),
    Fault(
        "19-threshold",
        BASE + "[record]\nsaturation_threshold = 1\n",
        6,
        "record.saturation_threshold",
        "must be < 1, got 1",
    ),
    Fault(
        "20-date",
        "title = 2024-01-01\n" + BASE,
        1,
        "title",
        "expected text in quotes, got 2024-01-01 (a date or time)",
    ),
    Fault(
        "20-part", BASE + "cost = 3\n", 5, "network.cost", 'expected a name, or a table such as {name = "…", '
    ),
    Fault("20-parts", BASE + 'activation = ["tanh", 3]\n', 5, "network.activation", "at entry [1], got 3"),
    Fault(
        "19-too-many",
        BASE + f"[trials]\nseeds = 1{'0' * 400}\n",
        6,
        "trials.seeds",
        "must be <= 1e+15, got a number of 401 digits",
    ),
    Fault("21-quantities", BASE + "[record]\nquantities = []\n", 6, "record.quantities", "must not be empty"),
    Fault("21-seeds", BASE + "[trials]\nseeds = 0\n", 6, "trials.seeds", "must be >= 1, got 0"),
    Fault("21-vary", BASE + '[vary]\n"training.eta" = []\n', 6, 'vary."training.eta"', "is an empty list"),
    Fault(
        "22-vary-twice",
        BASE + '[vary]\n"training.eta" = [0.1, 0.2, 0.1]\n',
        6,
        'vary."training.eta"',
        "the value 0.1 is given twice",
    ),
    Fault("23-activation", BASE + 'activation = "tahn"\n', 5, "network.activation", "did you mean 'tanh'?"),
    Fault("23-second", BASE + 'activation = ["tahn"]\n', 5, "network.activation[0]", "did you mean 'tanh'?"),
    Fault("23-cost", BASE + 'cost = "quadratik"\n', 5, "network.cost", "did you mean 'quadratic'?"),
    Fault(
        "23-initialiser",
        BASE + 'initialiser = "nielson"\n',
        5,
        "network.initialiser",
        "did you mean 'nielsen'?",
    ),
    Fault("23-data", BASE.replace("digits", "digit"), 2, "data.name", "did you mean 'digits'?"),
    Fault(
        "23-optimiser",
        BASE + '[training]\noptimiser = "addam"\n',
        6,
        "training.optimiser",
        "did you mean 'adam'?",
    ),
    Fault(
        "23-quantity",
        BASE + '[record]\nquantities = ["saturatoin"]\n',
        6,
        "record.quantities[0]",
        "unknown quantity 'saturatoin'; did you mean 'saturation'?",
    ),
    Fault(
        "23-dtype",
        BASE + '[training]\ndtype = "float46"\n',
        6,
        "training.dtype",
        "unknown word 'float46'; did you mean 'float64'?",
    ),
    Fault(
        "24-parameter-of-another",
        BASE + 'activation = {name = "tanh", slope = 0.1}\n',
        5,
        "network.activation",
        "'tanh' has no parameter 'slope'",
    ),
    Fault(
        "25-cost-and-output",
        BASE + 'output = "tanh"\n',
        3,
        "network.cost",
        "cross-entropy needs outputs in [0, 1]",
    ),
    Fault(
        "25-softmax",
        BASE + 'output = "softmax"\n',
        5,
        "network.output",
        "softmax is not elementwise, so it is no activation; for a softmax output write "
        'cost = "softmax-cross-entropy" with output = "identity"',
    ),
    Fault(
        "26-batch",
        BASE.replace("[network]", "train = 50\n[network]") + "[training]\nbatch = 64\n",
        7,
        "training.batch",
        'a batch of 64 is more than the 50 training examples; expected less or "full"',
    ),
    Fault(
        "27-schema",
        "schema = 2\nfuture = 1\n" + BASE,
        1,
        "schema",
        "needs a newer lab: this one reads schema 1, got 2",
    ),
    Fault("27-schema-zero", "schema = 0\n" + BASE, 1, "schema", "must be >= 1, got 0"),
    Fault(
        "28-trials",
        BASE + '[trials]\nseeds = 5001\n[vary]\n"training.eta" = [0.1, 0.2]\n',
        7,
        "vary",
        "2 variants × 5001 seeds are 10002 trials, more than 10000; if that is meant, say --max-trials 10002",
    ),
    Fault("28-seeds", BASE + "[trials]\nseeds = 10001\n", 6, "trials.seeds", "say --max-trials 10001"),
    Fault(
        "30-epochs-and-steps",
        BASE + "[training]\nsteps = 3\neta = 0.1\nepochs = 2\n",
        6,
        "training.steps",
        "contradicts training.epochs (line 8); give only one of them",
    ),
    Fault(
        "30-value-and-derivative",
        BASE + '[activations.mine]\nvalue = "z"\nderivative = "1"\n',
        7,
        "activations.mine.derivative",
        "contradicts activations.mine.value (line 6); give only one of them",
    ),
    Fault(
        "30-no-formula",
        BASE + "[activations.mine]\nat_least = 0.1\n",
        5,
        "activations.mine.derivative",
        "needs one formula: `value` or `derivative`",
    ),
    Fault(
        "31-layer",
        BASE.replace("3]", "1000000000000]"),
        4,
        "network.hidden",
        "3000000000001 parameters a trial need about 67055",
    ),
    Fault(
        "32-layers",
        BASE.replace("[3]", f"[{'1,' * 10001}]"),
        4,
        "network.hidden",
        "10001 layers are more than 10000; 20004 par",
    ),
    Fault("33-width-zero", BASE.replace("3]", "3, 0]"), 4, "network.hidden[1]", "must be >= 1, got 0"),
    Fault("33-width-negative", BASE.replace("3]", "-3]"), 4, "network.hidden[0]", "must be >= 1, got -3"),
    Fault(
        "34-width-float",
        BASE.replace("3]", "30.0]"),
        4,
        "network.hidden[0]",
        "expected a whole number, got 30.0",
    ),
    Fault(
        "44-table",
        BASE + "[training]\nsteps = 1000000000000\n[record]\nevery = 1\n",
        8,
        "record.every",
        "the table of layers would have 20000000000020 rows "
        "(1 variant × 10 seeds × 1000000000001 readings × 2 layers)",
    ),
    Fault("83-override", BASE, 0, "training.etta", "did you mean 'eta'?", ["training.etta=1"]),
    Fault("83-override-table", BASE, 0, "trainning", "did you mean 'training'?", ["trainning.eta=1"]),
    Fault(
        "84-no-value",
        BASE,
        0,
        "training.eta",
        "an override is written KEY=VALUE, for example",
        ["training.eta"],
    ),
    Fault("84-no-key", BASE, 0, "", "no key at ''", ["=1"]),
    Fault("84-bad-key", BASE, 0, "a b", "'a b' is not a dotted key", ["a b=1"]),
    Fault(
        "85-index",
        BASE,
        0,
        "network.hidden[9]",
        "index 9 is out of range: network.hidden has only [0]",
        ["network.hidden[9]=1"],
    ),
    Fault(
        "85-no-list",
        BASE,
        0,
        "data.name[0]",
        "data.name is not a list, so it has no entry [0]",
        ["data.name[0]=1"],
    ),
    Fault(
        "85-no-table",
        BASE,
        0,
        "data.name.x",
        "data.name is not a table, so it has no key 'x'",
        ["data.name.x=1"],
    ),
    Fault(
        "86-bare-word",
        BASE,
        0,
        "training.epochs",
        "expected a whole number, got 'many' (text) (set by an override)",
        ["training.epochs=many"],
    ),
    Fault("86-nested", BASE, 0, "title", "the value is nested too deeply", [f"title={'[' * 5000}"]),
    Fault("86-surrogate", BASE, 0, "title", "the value is not valid text", ["title=\udc80"]),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"fault-{fault.id}" for fault in FAULTS])
def test_fault(fault, written):
    path = written(fault.text)
    with pytest.raises(ExperimentError) as raised:
        load(path, fault.overrides)
    assert raised.value.exit_code == 2
    assert raised.value.source == str(path)
    (problem,) = raised.value.problems
    assert (fault.line, fault.key) == (problem.line, problem.key)
    assert fault.message in problem.message


def test_fault_1_missing(tmp_path):
    with pytest.raises(ExperimentError) as raised:
        load(tmp_path / "none.toml")
    assert str(raised.value) == f"{tmp_path / 'none.toml'}: there is no such file"


def test_fault_1_folder(tmp_path):
    with pytest.raises(ExperimentError, match=r"is a folder; name the experiment file in it$"):
        load(tmp_path)


def test_fault_1_unreadable(written, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    path = written()
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ExperimentError, match=r"cannot be read: Permission denied$"):
        load(path)


def test_fault_1_not_regular():
    with pytest.raises(ExperimentError, match=r"/dev/null: is not a regular file$"):
        load("/dev/null")


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
    "stem", [".hidden", "a b", "-x", "CON", "nul", "com1.x", "trailing.", "a" * 65, "é", "a\nb"], ids=repr
)
def test_fault_72_name_of_the_run(stem, written):
    with pytest.raises(ExperimentError) as raised:
        load(written(name=f"{stem}.toml"))
    (problem,) = raised.value.problems
    assert (problem.line, problem.key) == (0, "")
    assert repr(stem) in problem.message
    assert "[A-Za-z0-9][A-Za-z0-9._-]{0,63}" in problem.message
    assert "\n" not in str(raised.value)


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
