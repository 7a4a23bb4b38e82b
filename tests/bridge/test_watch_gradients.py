"""Which gradients of a step count: those that the cost sends back, not all that go through the model."""

import pytest

torch = pytest.importorskip("torch")

from lab.bridge.watch_step import BENT, CROSSED  # noqa: E402
from tests.bridge.nets import norm  # noqa: E402
from tests.bridge.nets import small as net  # noqa: E402
from tests.bridge.nets import watched_step as watched  # noqa: E402

COST = torch.nn.functional.cross_entropy
NORMS = ["learning_speed", "learning_speed_w", "delta_rms", "error_rms", "slope_mean", "weight_norm"]


pytestmark = pytest.mark.usefixtures("double")


def assert_speeds_are_gradients(run, model):
    for at, layer in ((0, 1), (2, 2)):
        row = run.layers.set_index("layer").loc[layer]
        assert row["learning_speed"] == pytest.approx(norm(model[at].bias.grad), rel=1e-12)
        assert row["learning_speed_w"] == pytest.approx(norm(model[at].weight.grad), rel=1e-12)


def test_a_penalty_on_the_slope_of_the_model_is_a_part_of_the_cost(tmp_path, batch):
    def penalised(model):
        x = batch[0].requires_grad_()
        made = model(x)
        (slope,) = torch.autograd.grad(made.sum(), x, create_graph=True)
        (COST(made, batch[1]) + slope.square().sum()).backward()

    model = net()
    run = watched(tmp_path, model, lambda: penalised(model))
    assert_speeds_are_gradients(run, model)
    assert run.info["notes"] == []
    bent = net(torch.nn.GELU())
    run = watched(tmp_path, bent, lambda: penalised(bent))
    assert run.info["notes"] == [BENT]


@pytest.mark.parametrize("how", ["grad", "backward", "zeros"])
def test_a_pass_that_looks_for_an_attack_does_not_count(tmp_path, batch, how):
    x, y = batch

    def attacked(model):
        given = x.clone().requires_grad_()
        cost = COST(model(given), y)
        if how == "grad":
            (slope,) = torch.autograd.grad(cost, given)
        else:
            cost.backward()
            slope = given.grad
            model.zero_grad(set_to_none=how == "backward")
        worse.append(x + 0.1 * slope.sign())
        COST(model(worse[-1]), y).backward()

    worse = []
    model, other = net(), net()
    run = watched(tmp_path, model, lambda: attacked(model))
    once = watched(tmp_path, other, lambda: COST(other(worse[0]), y).backward())
    assert run.layers[NORMS].equals(once.layers[NORMS])
    assert run.variants["examples"].tolist() == [12]


def test_a_gradient_that_is_asked_for_on_the_way_to_a_cost_does_not_count(tmp_path, batch):
    """As of the inner step of a model that learns to learn: its weights are computed from the model's."""

    def learned(model):
        own = dict(model.named_parameters())
        inner = COST(torch.func.functional_call(model, own, batch[0]), batch[1])
        slopes = torch.autograd.grad(inner, list(own.values()), create_graph=True)
        moved = {name: one - 0.1 * slope for (name, one), slope in zip(own.items(), slopes, strict=True)}
        COST(torch.func.functional_call(model, moved, batch[0]), batch[1]).backward()

    model = net(torch.nn.ReLU())
    run = watched(tmp_path, model, lambda: learned(model))
    first = run.layers.set_index("layer").loc[1]
    assert first["learning_speed"] == pytest.approx(norm(model[0].bias.grad), rel=1e-12)
    assert first["learning_speed_w"] == pytest.approx(norm(model[0].weight.grad), rel=1e-12)
    assert run.info["notes"] == []


def test_a_gradient_that_is_asked_for_and_kept_nowhere_is_read(tmp_path, batch):
    x, y = batch
    model, other = net(), net()

    def asked():
        gradients = torch.autograd.grad(COST(model(x), y), list(model.parameters()))
        for one in gradients:
            one.mul_(0.01)  # as a clip does

    run = watched(tmp_path, model, asked)
    once = watched(tmp_path, other, lambda: COST(other(x), y).backward())
    assert run.layers[NORMS].equals(once.layers[NORMS])


def test_the_gates_of_a_recurrent_net_whose_gradient_is_asked_for_are_read(tmp_path, batch):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.rest, self.out = torch.nn.LSTM(2, 4, batch_first=True), torch.nn.Linear(4, 3)

        def forward(self, x):
            return self.out(self.rest(x.view(-1, 3, 2))[0][:, -1])

    def asked():
        torch.autograd.grad(COST(model(x), y), list(model.parameters()))

    x, y = batch
    model, other = Net(), Net()
    run = watched(tmp_path, model, asked)
    once = watched(tmp_path, other, lambda: COST(other(x), y).backward())
    assert run.layers["learning_speed"].equals(once.layers["learning_speed"])
    assert (run.layers["learning_speed"] > 0).all()


def test_of_costs_that_go_back_one_by_one_the_errors_are_missing(tmp_path, batch):
    x, y = batch
    model = net()

    def one_by_one():
        made = model(x)
        COST(made, y).backward(retain_graph=True)
        made.square().mean().backward()

    run = watched(tmp_path, model, one_by_one)
    assert_speeds_are_gradients(run, model)
    assert run.layers[["delta_rms", "error_rms"]].isna().all(axis=None)
    assert run.info["notes"] == [CROSSED]
    assert (run.layers["status"] == "done").all()


def test_what_an_optimiser_took_counts_also_where_it_is_cleared_for_the_next(tmp_path, batch):
    class Heads(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.trunk, self.one, self.two = (torch.nn.Linear(6, n) for n in (6, 3, 3))

        def forward(self, x, which):
            return getattr(self, which)(torch.tanh(self.trunk(x)))

    x, y = batch
    model = Heads()
    optimisers = {
        name: torch.optim.SGD([*model.trunk.parameters(), *getattr(model, name).parameters()], 0.1)
        for name in ("one", "two")
    }

    def both():
        for name, optimiser in optimisers.items():
            optimiser.zero_grad()
            COST(model(x, name), y).backward()
            optimiser.step()

    run = watched(tmp_path, model, both)
    assert run.variants["examples"].tolist() == [24]


def test_weights_that_are_computed_from_others_are_weights(tmp_path, batch):
    x, y = batch
    model = net()
    torch.nn.utils.parametrizations.weight_norm(model[0])
    kept = []

    def halves():
        for part in (slice(6), slice(6, 12)):
            with torch.nn.utils.parametrize.cached():
                w = model[0].weight
                w.retain_grad()
                (COST(model(x[part]), y[part]) / 2).backward()
                kept.append(w)

    run = watched(tmp_path, model, halves)
    row = run.layers.iloc[0]
    assert row["weight_norm"] == pytest.approx(norm(kept[0]), rel=1e-12)
    assert row["learning_speed_w"] == pytest.approx(norm(kept[0].grad + kept[1].grad), rel=1e-12)


def test_frozen_weights_have_a_norm_and_no_gradient(tmp_path, batch):
    x, y = batch
    model = net()
    model[0].requires_grad_(False)
    run = watched(tmp_path, model, lambda: COST(model(x), y).backward())
    row = run.layers.iloc[0]
    assert row["weight_norm"] == pytest.approx(norm(model[0].weight), rel=1e-12)
    assert row[["learning_speed", "learning_speed_w", "update_ratio"]].isna().all()


class Part(torch.nn.Module):
    """An activation that multiplies a sigmoid by its z, or one half by the sigmoid of the other."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def forward(self, z):
        if self.kind == "silu":
            return z * torch.sigmoid(z)
        if self.kind == "gelu":
            return 0.5 * z * (1 + torch.tanh(0.8 * (z + 0.045 * z**3)))
        halves = torch.cat([z, z], 1)
        return halves[:, :5] * torch.sigmoid(halves[:, 5:])


@pytest.mark.parametrize(("kind", "noted"), [("silu", "sigmoid"), ("gelu", "tanh"), ("glu", "")])
def test_an_activation_of_which_a_part_alone_is_seen_is_noted(tmp_path, batch, kind, noted):
    x, y = batch
    model = net(Part(kind))
    run = watched(tmp_path, model, lambda: COST(model(x), y).backward())
    assert [note.partition(":")[0] for note in run.info["notes"]] == ([noted] if noted else [])
