"""What a watched training leaves: a run whose numbers are those of the gradients; and the same weights."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lab  # noqa: E402
from lab.errors import LabError  # noqa: E402
from lab.training.loop import begun  # noqa: E402
from tests.bridge import nets  # noqa: E402
from tests.bridge.nets import norm  # noqa: E402

KINDS = {
    "cnn": (nets.Cnn, False),
    "residual": (nets.Residual, False),
    "attention": (nets.Attention, True),
    "recurrent": (nets.Recurrent, False),
}


pytestmark = pytest.mark.usefixtures("double")


DENSE = """\
[data]
name = "digits"
train = 100
test = 20
[network]
hidden = [12, 9, 7]
activation = ["tanh", "relu", "gelu"]
output = "{output}"
cost = "{cost}"
[training]
eta = 0.3
batch = 20
epochs = 2
optimiser = {{name = "momentum", mu = 0.9}}
[trials]
seeds = 1
[record]
every = 3
"""

COSTS = {
    "softmax-cross-entropy": ("identity", lambda z, y: torch.nn.functional.cross_entropy(z, y)),
    "cross-entropy": (
        "sigmoid",
        lambda a, y: torch.nn.functional.binary_cross_entropy(a, y, reduction="sum") / len(y),
    ),
}


@pytest.mark.parametrize("cost", COSTS)
def test_a_dense_net_watched_is_the_lab_s_own_run_of_it(tmp_path, cost):
    output, of = COSTS[cost]
    path = tmp_path / "dense.toml"
    path.write_text(DENSE.format(cost=cost, output=output))
    own = lab.run(path, results=tmp_path, plots=False)
    training = lab.api.prepare(path).made[0][1]
    stack, _ = begun(training, range(1))
    sizes, sigmas = training.network.sizes, ("Tanh", "ReLU", "GELU", output.title())
    parts = []
    for l, sigma in enumerate(sigmas, 1):
        layer = torch.nn.Linear(sizes[l - 1], sizes[l])
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(stack.theta.w[l][0].copy()))
            layer.bias.copy_(torch.from_numpy(stack.theta.b[l][0, :, 0].copy()))
        parts += [layer, *([] if sigma == "Identity" else [getattr(torch.nn, sigma)()])]
    model = torch.nn.Sequential(*parts)
    optimiser = torch.optim.SGD(model.parameters(), training.eta, momentum=0.9)
    with lab.watch(model, 3, tmp_path / "watched", steps_per_epoch=5, plots=False) as w:
        for step in range(training.steps):
            p = stack.feed.at(step)
            x, y = (torch.from_numpy(block[0].T.copy()) for block in (p.a[0], p.y))
            optimiser.zero_grad()
            c = of(model(x), y)
            c.backward()
            optimiser.step()
            w.step(c)
    seen = lab.load(w.path)
    ours = own.layers[own.layers["step"] < training.steps].reset_index(drop=True)
    names = ["step", "epoch", "layer", *ours.columns[6:]]
    assert list(ours) == list(seen.layers)
    np.testing.assert_allclose(seen.layers[names], ours[names], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(seen.steps["cost"], own.steps["cost"][:-1], rtol=1e-12)
    assert seen.variants["sizes"][0] == own.variants["sizes"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_speeds_are_the_norms_of_gradients_and_training_has_the_same_bits(tmp_path, kind):
    make, tokens = KINDS[kind]
    alone, _ = nets.trained(nets.made(make), 3, tokens=tokens)
    model = nets.made(make)
    run, parameters, gradients = nets.watched(model, 3, tmp_path / kind, tokens=tokens)
    assert all(torch.equal(one, other) for one, other in zip(alone, parameters, strict=True))
    layers = run.layers[run.layers["step"] == 2].set_index("layer")
    owners = OWNERS[kind]
    assert len(layers) == len(owners)
    for l, (owner, whole) in enumerate(owners, 1):
        found = layers.loc[l]
        if owner and whole:
            assert found["learning_speed"] == pytest.approx(norm(gradients[2][f"{owner}.bias"]), rel=1e-12)
        if owner:
            weight = gradients[2][f"{owner}.weight"]
            assert found["learning_speed_w"] == pytest.approx(norm(weight), rel=1e-12)
        else:
            assert found[["learning_speed_w", "weight_norm", "low_input"]].isna().all()
        assert found["learning_speed"] > 0
    product = run.ledger[run.ledger["step"] == 2].set_index("layer")
    assert product["reaches"][1] == pytest.approx(layers["delta_rms"][1] / layers["delta_rms"].iloc[-1])


OWNERS = {
    "cnn": [("first", True), ("norm", True), ("wide", True), ("out", True)],
    "residual": [("blocks.0.up", True), ("blocks.1.up", True), ("blocks.2.up", True), ("out", True)],
    "attention": [("block.up", True), ("out", True)],
    "recurrent": [("", False)] * 4 + [("out", True)],
}
"""Whose weights make the z of each layer, and whether no other z is made of them."""


def test_weights_that_serve_several_layers_share_their_gradient(tmp_path):
    run, _, gradients = nets.watched(nets.made(nets.Recurrent), 1, tmp_path / "rnn")
    assert run.info["layers"] == ["tanh", "tanh 2", "tanh 3", "tanh 4", "output"]
    assert len(set(run.layers["learning_speed"])) == 5
    assert run.layers["learning_speed"].iloc[-1] == pytest.approx(norm(gradients[0]["out.bias"]), rel=1e-12)


def test_a_norm_before_the_first_activation_hides_what_was_fed(tmp_path):
    """Long steps are judged by the width of the layer, which is none of the inputs."""
    model = torch.nn.Sequential(
        *(torch.nn.Linear(64, 8), torch.nn.BatchNorm1d(8), torch.nn.Tanh(), torch.nn.Linear(8, 10))
    )
    run, _, _ = nets.watched(model, 30, tmp_path / "norm", rate=3.0)
    assert run.variants["sizes"][0] == "?-8-10"
    assert [verdict.rule for verdict in run.verdicts] == ["first step too long"]


def test_several_passes_of_a_step_are_one_reading(tmp_path):
    def step(parts, out):
        model = nets.made(nets.Residual)
        optimiser = torch.optim.SGD(model.parameters(), 0.1)
        x, y = nets.batch(0)
        with lab.watch(model, 1, out, plots=False) as w:
            for xs, ys in zip(x.chunk(parts), y.chunk(parts), strict=True):
                (nets.cost_of(model, xs, ys) / parts).backward()
            optimiser.step()
            with torch.no_grad():
                model(x)
            w.step()
        return lab.load(w.path).layers.drop(columns=["variant", "status", "epoch"])

    np.testing.assert_allclose(step(4, tmp_path / "four"), step(1, tmp_path / "one"), rtol=1e-10, atol=1e-16)


def test_a_scaled_cost_is_told_unscaled(tmp_path):
    def layers(scaler, out):
        model = nets.made(nets.Residual)
        optimiser = torch.optim.SGD(model.parameters(), 0.1)
        with lab.watch(model, 1, out, scaler=scaler, plots=False) as w:
            for step in range(3):
                optimiser.zero_grad()
                cost = nets.cost_of(model, *nets.batch(step))
                scaler.scale(cost).backward()
                scaler.step(optimiser)
                scaler.update()
                w.step(cost)
        return lab.load(w.path).layers.iloc[:, 6:]

    scalers = [torch.amp.GradScaler("cpu", init_scale=s, growth_interval=1) for s in (1.0, 2.0**12)]
    plain, scaled = (layers(scaler, tmp_path / f"s{k}") for k, scaler in enumerate(scalers))
    np.testing.assert_allclose(scaled, plain, rtol=1e-10, atol=1e-16)


@pytest.mark.parametrize("act", ["Softsign", "Tanhshrink", "PReLU", "SELU", "Mish"])
def test_a_sigma_of_one_or_several_calls_has_its_own_delta(tmp_path, act):
    run, _, gradients = nets.watched(
        nets.made(nets.Residual, act=getattr(torch.nn, act)()), 1, tmp_path / "act"
    )
    for l, speed in enumerate(run.layers["learning_speed"][:3]):
        assert speed == pytest.approx(norm(gradients[0][f"blocks.{l}.up.bias"]), rel=1e-10)


class Golu(torch.nn.Module):
    """z·exp(−e^(−z)), by calls that are no activations."""

    def forward(self, z):
        return z * torch.exp(-torch.exp(-z))


def test_an_activation_of_one_s_own_is_named_by_its_formula(tmp_path):
    formula = "z*exp(-exp(-z))"
    act = Golu()
    for key in (Golu, act):
        model = nets.made(nets.Residual, act=act)
        run, _, gradients = nets.watched(model, 1, tmp_path / "golu", activations={key: formula})
        assert run.info["layers"] == [
            "blocks.0.act Golu",
            "blocks.0.act Golu 2",
            "blocks.0.act Golu 3",
            "output",
        ]
        for l, speed in enumerate(run.layers["learning_speed"][:3]):
            assert speed == pytest.approx(norm(gradients[0][f"blocks.{l}.up.bias"]), rel=1e-12)
    run, *_ = nets.watched(
        nets.made(nets.Residual, act=act), 1, tmp_path / "sin", activations={torch.exp: "exp(z)"}
    )
    assert run.variants["layers"][0] == 7


def test_a_compiled_model_is_read_uncompiled_and_told_so(tmp_path):
    model = nets.made(nets.Residual)
    compiled = torch.compile(model, backend="eager")
    run, *_ = nets.watched(compiled, 3, tmp_path / "compiled", every=2)
    assert run.layers["step"].unique().tolist() == [0, 2]
    assert (run.layers["learning_speed"] > 0).all()
    assert run.info["notes"] == ["the model is compiled; the steps that are read run uncompiled"]


def test_nothing_is_left_in_the_model_and_the_run_is_a_run(tmp_path, lab_words):
    model = nets.made(nets.Cnn)
    before = dict(vars(model))
    with lab.watch(model, 2, tmp_path / "results/cnn", title="A small CNN") as w:
        nets.trained(model, 3, w)
    assert vars(model) == before
    assert not model._forward_hooks
    assert not any(p._post_accumulate_grad_hooks for p in model.parameters())
    run = lab.load(w.path)
    assert str(run) == f"cnn/{w.folder.id}"
    assert (run.path / "plots/learning_speed.png").is_file()
    assert run.info["status"] == "done"
    for words in (["list"], ["show", "cnn"], ["plot", "cnn", "ledger", "--to", tmp_path]):
        code, out, err = lab_words(*words, *([] if words[0] == "plot" else ["--json"]))
        assert (code, err) == (0, "")
        assert "cnn" in out or "ledger" in out
    code, out, _ = lab_words("show", "cnn")
    assert "1: first relu · 2: act relu · 3: wide tanh · 4: output" in out
    code, out, _ = lab_words("report", "cnn")
    assert code == 0
    assert '"steps":[0,2]' in (run.path / "report.html").read_text(encoding="utf-8").replace(" ", "")
    code, out, _ = lab_words("verify", "cnn", "--json")
    assert code == 0
    files = {one["file"]: one["summed"] for one in json.loads(out)["files"]}
    assert {"run.json", "plots/learning_speed.png", "tables/layers.csv"} <= files.keys()
    assert all(files.values())
    code, _, err = lab_words("resume", "cnn")
    assert code == 2
    assert "was watched" in err
    assert lab_words("resume")[0] == 2


@pytest.fixture
def lab_words(request, tmp_path):
    """The command line, called in the folder of the test."""
    return request.getfixturevalue("lab")


def test_copies_and_files_of_a_watched_model_are_not_watched(tmp_path):
    """As of an average of weights, or of the best model so far: the hooks of a step had gone along."""
    model = nets.made(nets.Cnn)
    with lab.watch(model, 1, tmp_path / "cnn", plots=False) as w:
        twin, saved = copy.deepcopy(model), pickle.dumps(model)
        assert b"lab." not in saved
        for other in (twin, pickle.loads(saved)):
            nets.cost_of(other, *nets.batch(0)).backward()
        nets.trained(model, 1, w)
    alone, *_ = nets.watched(nets.made(nets.Cnn), 1, tmp_path / "alone")
    assert lab.load(w.path).layers.equals(alone.layers)


def test_two_watches_are_compared(tmp_path, lab_words):
    for name, act in (("gelu", None), ("tanh", torch.nn.Tanh())):
        nets.watched(nets.made(nets.Residual, act=act), 2, tmp_path / "results" / name)
    code, out, _ = lab_words("compare", "gelu", "tanh", "--json")
    assert code == 0
    assert "log_speed_first" in {row["metric"] for row in json.loads(out)["comparisons"]}


def test_what_ends_early_keeps_what_was_read(tmp_path):
    model = nets.made(nets.Residual)
    watch = lab.watch(model, 1, tmp_path / "broken", plots=False)

    def interrupted():
        with watch as w:
            nets.trained(model, 2, w)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    run = lab.load(watch.path)
    assert run.info["status"] == "interrupted"
    assert run.steps["step"].tolist() == [0, 1]
    assert not model._forward_hooks


def test_a_forward_that_fails_leaves_no_hook(tmp_path):
    model = nets.made(nets.Residual)
    with pytest.raises(RuntimeError), lab.watch(model, 1, tmp_path / "r", plots=False):
        model(torch.zeros(3, 5))
    assert not torch.nn.modules.module._global_forward_hooks
    assert torch.overrides._len_torch_function_stack() == 0


def test_a_training_that_diverges_is_told(tmp_path):
    model = nets.made(nets.Residual, act=torch.nn.ReLU())
    run, *_ = nets.watched(model, 6, tmp_path / "r", rate=1e160)
    assert run.trials["status"].tolist() == ["diverged"]
    at = int(run.trials["diverged_at"][0])
    assert run.layers.loc[run.layers["step"] == at, "delta_rms"].isna().all()
    assert "diverged" in {verdict.rule for verdict in run.verdicts}


def test_what_cannot_be_watched_is_told(tmp_path, monkeypatch):
    model = nets.made(nets.Residual)
    for wrong, told in (
        ({"every": 0}, "every: expected a number of steps, 1 or more, got 0"),
        ({"out": tmp_path / "a b"}, "out: 'a b' is no name of a run"),
        ({"activations": {len: "z"}}, "expected a class or an object of torch.nn.Module"),
        ({"activations": {Golu: "zz"}}, "zz"),
    ):
        with pytest.raises(LabError, match=told):
            lab.watch(**{"model": model, **wrong})
    with pytest.raises(LabError, match="expected a torch.nn.Module, got int".replace(".", r"\.")):
        lab.watch(3)
    with pytest.raises(LabError, match="no activation was seen"), lab.watch(model, out=tmp_path / "x") as w:
        w.step()
    monkeypatch.setattr("lab.bridge.watch.find_spec", lambda name: None)
    with pytest.raises(LabError, match=r"pip install -e '\.\[torch\]'"):
        lab.watch(model)


def test_only_the_first_process_keeps_a_run(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    with lab.watch(nets.made(nets.Residual), out=tmp_path / "second") as w:
        w.step()
    assert w.path is None
    assert list(tmp_path.iterdir()) == []


def dead(model):
    model.blocks[1].act = torch.nn.ReLU()
    torch.nn.init.constant_(model.blocks[1].up.bias, -100.0)


def detached(model):
    model.blocks[1].down.register_forward_hook(lambda module, args, result: result.detach())


class Plain(torch.nn.Sequential):
    """Five dense layers of one σ, their weights so many times as large."""

    def __init__(self, act, times):
        hidden = [part for _ in range(4) for part in (torch.nn.Linear(32, 32), act())]
        super().__init__(torch.nn.Linear(64, 32), act(), *hidden, torch.nn.Linear(32, 10))
        with torch.no_grad():
            for layer in list(self)[:-1:2]:
                torch.nn.init.kaiming_normal_(layer.weight).mul_(times)


FAULTS = {
    "a dead block": (nets.Residual, {}, dead, "no gradient"),
    "a detached branch": (nets.Residual, {}, detached, "no gradient"),
    "a saturated tanh": (Plain, {"act": torch.nn.Tanh, "times": 15.0}, lambda model: None, "saturated layer"),
    "an exploding start": (
        Plain,
        {"act": torch.nn.ReLU, "times": 3.0},
        lambda model: None,
        "exploding error",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 5))])
def test_a_planted_fault_is_named(tmp_path, fault, seed):
    kind, words, plant, rule = FAULTS[fault]
    torch.set_default_dtype(torch.float32)
    model = nets.made(kind, seed, **words)
    plant(model)
    run = _run_of(model, tmp_path, False, 201 if rule == "saturated layer" else 6)
    found = {verdict.rule: verdict for verdict in run.verdicts}
    assert rule in found
    if rule == "no gradient":
        assert ("dead neurons: σ′ = 0 in all of a layer" in found[rule].sentence) == (fault == "a dead block")


@pytest.mark.parametrize(
    "kind",
    ["residual", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("cnn", "attention"))],
)
@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 5))])
def test_a_healthy_net_gets_no_verdict(tmp_path, kind, seed):
    torch.set_default_dtype(torch.float32)
    make, tokens = KINDS[kind]
    assert [one.sentence for one in _run_of(nets.made(make, seed), tmp_path, tokens).verdicts] == []


def _run_of(model, folder: Path, tokens, steps=201):
    """A run of so many steps of 128 examples, read every 50 steps, or every 5."""
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    with lab.watch(model, 50 if steps > 50 else 5, folder / "watched", plots=False) as w:
        for step in range(steps):
            optimiser.zero_grad()
            cost = nets.cost_of(model, *nets.batch(step, tokens, 128))
            cost.backward()
            optimiser.step()
            w.step(cost)
    return lab.load(w.path)
