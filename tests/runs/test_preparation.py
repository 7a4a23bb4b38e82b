import pytest

from lab.errors import ExperimentError
from lab.experiment.variants import load
from lab.runs.preparation import prepared

HEAD = '[data]\nname = "digits"\ntrain = 40\ntest = 20\n'


@pytest.mark.parametrize(("training", "batch"), [("", 6), ("[training]\nbatch = 4\n", 4)])
def test_a_batch_that_is_not_given_is_no_more_than_there_is_and_is_told(written, training, batch):
    text = HEAD.replace("40", "6") + f"[network]\nhidden = [3]\n{training}"
    ready = prepared(load(written(text)))
    assert ready.made[0][1].batch == batch
    assert ("training.batch is not given: 6 examples a step" in ready.notes) == (not training)


def test_variants_share_a_sigma_that_is_the_same_and_layers_do_not(written):
    """Each layer's has room for its own arrays."""
    varied = '[vary]\n"training.eta" = [0.1, 0.2]\n"network.activation" = ["gelu", "z + exp(z)"]\n'
    made = prepared(load(written(f"{HEAD}[network]\nhidden = [3, 3]\n{varied}"))).made
    first, other, again, _ = (training.network.sigmas for _, training in made)
    assert (first[0] is again[0], first[0] is first[1]) == (True, False)
    assert (first[0] == first[1], first[0] == other[0]) == (True, False)


def test_all_data_that_cannot_be_read_are_told_at_once(written):
    text = (
        '[data]\nname = "moons"\n[network]\nhidden = [3]\n[vary]\n"data.name" = ["moons", "a.csv", "b.csv"]\n'
    )
    with pytest.raises(ExperimentError) as caught:
        prepared(load(written(text)))
    assert [problem.message[:19] for problem in caught.value.problems] == ["there is no file /t"] * 2


@pytest.mark.parametrize(
    ("lines", "key", "told"),
    [
        ('target = "klass"', "target", "has no column 'klass'; did you mean 'class'?"),
        ('features = ["b*", "z"]', "features", "has no column 'z'"),
        ('features = ["class"]', "features", "has no column but the target"),
        ('ignore = ["z"]', "ignore", "has no column 'z'"),
        ('ignore = ["*"]', "ignore", "has no column but the target"),
        ('one_hot = ["z"]', "one_hot", "has no column 'z'"),
        ("train = 100", "train", "train = 100 asks for more than the 24 rows"),
        ("test = 24", "test", "test = 24 leaves nothing to train on"),
        ("train = 3\ntest = 22", "test", "make 25 rows"),
        ('separator = "|"', "separator", 'separator = "|" is wrong'),
        ('separator = "||"', "separator", "expected one letter"),
        ("header = false", "header", "header = false is wrong"),
        ('task = "numbers"', "task", "'c0' is not a number"),
        ('target = ["b", "c"]\ntask = "classes"', "task", "2 targets, expected one target for classes"),
        ("standardise = true", "standardise", "too large or too small"),
        ('name = "digits"\ntrain = 10000000', "train", "more than the 1797 rows"),
        ('name = "moons"\nnoise = -1.0', "noise", "noise = -1, expected a standard deviation"),
        ('name = "d.npz"\ntarget = "y"', "target", "target is for tables"),
    ],
)
def test_a_fault_of_data_is_told_at_the_key_that_is_wrong(tmp_path, written, lines, key, told):
    rows = "".join(f"{n * n % 7}.5,{n * 3 % 5}e200,c{n % 2}\n" for n in range(24))
    (tmp_path / "d.csv").write_text(f"b,c,class\n{rows}", encoding="utf-8")
    name = [] if lines.startswith("name") else ['name = "d.csv"']
    text = "\n".join(["[data]", *name, lines, "[network]", "hidden = [3]"])
    with pytest.raises(ExperimentError) as caught:
        prepared(load(written(text)))
    (problem,) = caught.value.problems
    assert problem.key == f"data.{key}"
    assert told in problem.message
    assert text.splitlines()[problem.line - 1].startswith(f"{key} = ")


@pytest.mark.parametrize(("batch", "said"), [(1, "1 example a step"), (2, "2 examples a step")])
def test_one_example_a_step_is_told_in_the_singular(written, batch, said):
    text = HEAD.replace("40", str(batch)) + "[network]\nhidden = [3]\n"
    assert f"training.batch is not given: {said}" in prepared(load(written(text))).notes
