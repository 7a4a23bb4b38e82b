"""Which passes of a step are read, and what is said of those that are not."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lab  # noqa: E402
from lab.bridge.watch_forward import WITHOUT_GRADIENTS  # noqa: E402
from lab.bridge.watch_step import ASKED_AGAIN  # noqa: E402
from lab.errors import LabError  # noqa: E402
from tests.bridge.nets import small as net  # noqa: E402
from tests.bridge.nets import watched_step as watched  # noqa: E402

COST = torch.nn.functional.cross_entropy


pytestmark = pytest.mark.usefixtures("double")


def plain(model, batch):
    x, y = batch
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    cost = COST(model(x), y)
    cost.backward()
    optimiser.step()
    return cost


def assert_first_pass_was_read(run, tmp_path, batch):
    """The run of a step that asked for the cost again tells so, and has what a step with one pass has."""
    model = net()
    once = watched(tmp_path, model, lambda: plain(model, batch))
    assert run.info["notes"] == [ASKED_AGAIN]
    assert run.variants["examples"].tolist() == [12]
    gradients = ["learning_speed", "learning_speed_w", "delta_rms", "error_rms", "slope_mean", "weight_norm"]
    assert run.layers[gradients].equals(once.layers[gradients])


def test_of_an_optimiser_that_asks_again_the_first_pass_is_read(tmp_path, batch):
    x, y = batch
    model = net()
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=4)
    before = model[0].weight.detach().clone()

    def closure():
        optimiser.zero_grad()
        cost = COST(model(x), y)
        cost.backward()
        return cost

    run = watched(tmp_path, model, lambda: optimiser.step(closure))
    assert_first_pass_was_read(run, tmp_path, batch)
    moved = float((model[0].weight.detach() - before).norm() / before.norm())
    assert run.layers["update_ratio"][0] == pytest.approx(moved, rel=1e-12)


def test_of_an_optimiser_that_moves_the_weights_itself_and_back_the_first_pass_is_read(tmp_path, batch):
    x, y = batch
    model = net()
    optimiser = torch.optim.SGD(model.parameters(), 0.1)

    def sharpness_aware():
        cost = COST(model(x), y)
        cost.backward()
        norm = torch.stack([one.grad.norm() for one in model.parameters()]).norm()
        moved = [0.05 * one.grad / norm for one in model.parameters()]
        for sign in (1, -1):
            with torch.no_grad():
                for one, by in zip(model.parameters(), moved, strict=True):
                    one.add_(by, alpha=sign)
            if sign > 0:
                optimiser.zero_grad()
                COST(model(x), y).backward()
        optimiser.step()
        return cost

    run = watched(tmp_path, model, sharpness_aware)
    assert_first_pass_was_read(run, tmp_path, batch)


def test_passes_with_the_same_weights_are_gathered(tmp_path, batch):
    x, y = batch
    model, other = net(), net()
    optimiser = torch.optim.SGD(model.parameters(), 0.1)

    def in_parts():
        for part in (slice(0, 6), slice(6, 12)):
            (COST(model(x[part]), y[part]) / 2).backward()
        optimiser.step()
        return COST(model(x), y)

    parts, whole = watched(tmp_path, model, in_parts), watched(tmp_path, other, lambda: plain(other, batch))
    quantities = ["learning_speed", "learning_speed_w", "update_ratio"]
    np.testing.assert_allclose(parts.layers[quantities], whole.layers[quantities], rtol=1e-12)


def test_what_looks_at_moved_weights_asks_for_no_cost_again(tmp_path, batch):
    """A step by hand moves the weights as SAM does, but the accuracy that is asked for then is no cost."""
    x, y = batch
    model = net()

    def by_hand():
        cost = COST(model(x), y)
        model.zero_grad()
        cost.backward()
        with torch.no_grad():
            for one in model.parameters():
                one -= 0.1 * one.grad
        model(x)
        return cost

    assert watched(tmp_path, model, by_hand).info["notes"] == []


def test_passes_with_weights_that_are_no_numbers_are_gathered(tmp_path, batch):
    x, y = batch
    model = net()
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    with torch.no_grad():
        model[0].weight.fill_(torch.nan)

    def in_parts():
        for part in (slice(0, 6), slice(6, 12)):
            cost = COST(model(x[part]), y[part])
            cost.backward()
        optimiser.step()
        return cost

    assert watched(tmp_path, model, in_parts).info["notes"] == []


def test_within_a_transform_of_torch_func_nothing_is_read_and_that_is_told(tmp_path, batch):
    x, y = batch
    model = net()

    def slopes():
        own = {name: one.detach() for name, one in model.named_parameters()}
        cost = lambda own: COST(torch.func.functional_call(model, own, x), y)  # noqa: E731
        assert len(torch.func.grad(cost)(own)) == 4

    with pytest.raises(LabError, match=r"no activation was seen.* outside of torch\.func"):
        watched(tmp_path, model, slopes)


@pytest.mark.parametrize("middle", [(), (torch.nn.ReLU(),)])
def test_examples_that_are_given_one_by_one_are_gathered(tmp_path, batch, middle):
    """As the states of a game are, without an axis of examples: their layers were not read."""
    x, y = batch
    runs = []
    for one_by_one in (True, False):
        model = net(*middle)

        def step(model=model, one_by_one=one_by_one):
            cost = COST(torch.stack([model(one) for one in x]) if one_by_one else model(x), y)
            cost.backward()
            return cost

        runs.append(watched(tmp_path, model, step))
    norms = ["learning_speed", "learning_speed_w", "delta_rms", "error_rms", "slope_mean", "saturation"]
    np.testing.assert_allclose(runs[0].layers[norms], runs[1].layers[norms], rtol=1e-12)
    assert [run.variants["examples"].item() for run in runs] == [12, 12]


def test_layers_that_take_their_widths_from_the_first_pass_are_read(tmp_path, batch):
    x, y = batch
    model = torch.nn.Sequential(torch.nn.LazyLinear(5), torch.nn.LazyBatchNorm1d(), torch.nn.LazyLinear(3))
    run = watched(tmp_path, model, lambda: COST(model(x), y).backward())
    assert run.layers["learning_speed"].tolist() == [pytest.approx(float(model[2].bias.grad.norm()))]


def test_an_output_without_an_axis_of_neurons_is_one_neuron(tmp_path, batch):
    class Flat(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rest = torch.nn.Sequential(net(), torch.nn.Linear(3, 1))

        def forward(self, x):
            return self.rest(x).squeeze(-1)

    model = Flat()
    run = watched(tmp_path, model, lambda: (model(batch[0]) - 1).square().mean().backward())
    assert run.variants["sizes"].item() == "6-5-1"
    speed = run.layers.set_index("layer")["learning_speed"]
    assert speed[2] == pytest.approx(model.rest[1].bias.grad.norm().item(), rel=1e-12)


@pytest.mark.parametrize(
    "relu",
    [
        lambda z: torch.maximum(z, torch.zeros_like(z)),
        lambda z: torch.clamp(z, min=torch.zeros_like(z)[0, 0]),
        torch.relu,
    ],
)
def test_within_vmap_nothing_is_read_and_all_is_trained(tmp_path, batch, relu):
    model = Held(lambda z: torch.vmap(relu)(z[None])[0])
    assert len(watched(tmp_path, model, lambda: plain(model, batch)).info["layers"]) == 1


class Held(torch.nn.Module):
    """What a ReLU is written as, after weights, beside bounds that are no σ."""

    def __init__(self, relu):
        super().__init__()
        self.first, self.last, self.relu = torch.nn.Linear(6, 5), torch.nn.Linear(5, 3), relu

    def forward(self, x):
        z = self.first(x.clamp(-3, 3))
        a = self.relu(z)
        length = a.norm(dim=1, keepdim=True).clamp(min=1e-12).clamp(min=0)
        return self.last(a / length.clamp(1e-6, 1e6) * length)


@pytest.mark.parametrize(
    "relu",
    [
        lambda z: z.clamp(min=0),
        lambda z: z.clamp_(0),
        lambda z: torch.clip(z, min=0.0),
        lambda z: torch.clamp_min(z, 0),
        lambda z: torch.maximum(z, torch.zeros_like(z)),
        lambda z: torch.max(torch.tensor(0.0), z),
        lambda z: torch.maximum(torch.zeros_like(z), other=z),
    ],
)
def test_a_relu_is_read_however_it_is_written(tmp_path, batch, relu):
    found = []
    for one in (relu, torch.relu):
        torch.manual_seed(1)
        model = Held(one)
        run = watched(tmp_path, model, lambda model=model: plain(model, batch))
        assert len(run.info["layers"]) == 2
        found.append(run.layers.drop(columns="variant"))
    assert found[0].equals(found[1])


def test_a_pass_to_which_no_gradient_comes_back_does_not_count(tmp_path, batch):
    def looked_at():
        cost = plain(model, batch)
        model(batch[0])  # with gradients on, as to see the accuracy
        return cost

    model, other = net(), net()
    run = watched(tmp_path, model, looked_at)
    once = watched(tmp_path, other, lambda: plain(other, batch))
    assert run.variants["examples"].tolist() == [12]
    assert run.layers.equals(once.layers)


def test_what_a_generator_sends_back_is_of_no_step_of_the_discriminator(tmp_path, batch):
    x, _ = batch
    cost = torch.nn.functional.softplus
    noise = torch.randn(12, 6)
    runs = []
    for generating in (True, False):
        torch.manual_seed(2)
        made, told = torch.nn.Linear(6, 6), net()
        optimisers = [torch.optim.SGD(one.parameters(), 0.1) for one in (made, told)]

        def step(made=made, told=told, optimisers=optimisers, generating=generating):
            fake = made(noise)
            right = cost(-told(x)).mean() + cost(told(fake.detach())).mean()
            right.backward()
            optimisers[1].step()
            if generating:
                cost(-told(fake)).mean().backward()
                optimisers[0].step()
            return right

        runs.append(watched(tmp_path, told, step))
    assert runs[0].layers.equals(runs[1].layers)
    assert runs[0].variants["examples"].tolist() == [24]


@pytest.mark.parametrize("kind", ["recurrent", "attention"])
def test_examples_on_the_second_axis_are_counted_there(tmp_path, kind):
    class Net(torch.nn.Module):
        def __init__(self, batch_first):
            super().__init__()
            torch.manual_seed(1)
            if kind == "recurrent":
                self.rest = torch.nn.LSTM(6, 6, batch_first=batch_first)
            else:
                self.rest = torch.nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, batch_first=batch_first)
            self.output, self.axis = torch.nn.Linear(6, 3), 1 if batch_first else 0

        def forward(self, x):
            found = self.rest(x)
            return self.output((found[0] if kind == "recurrent" else found).mean(self.axis))

    torch.manual_seed(0)
    x, y = torch.randn(12, 7, 6), torch.randint(0, 3, (12,))
    runs = []
    for first in (True, False):
        model = Net(first)
        given = x if first else x.transpose(0, 1)
        runs.append(watched(tmp_path, model, lambda model=model, given=given: plain(model, (given, y))))
    assert [run.variants["examples"].tolist() for run in runs] == [[12], [12]]
    norms = ["learning_speed", "delta_rms", "error_rms"]
    np.testing.assert_allclose(runs[0].layers[norms], runs[1].layers[norms], rtol=1e-12)


def test_what_is_not_read_of_a_model_is_said(tmp_path, batch):
    class Checkpointed(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.rest = torch.nn.Linear(6, 6), net()

        def forward(self, x):
            x = torch.tanh(self.first(x))
            return torch.utils.checkpoint.checkpoint(self.rest, x, use_reentrant=True)

    model = Checkpointed()
    run = watched(tmp_path, model, lambda: plain(model, batch))
    assert (run.info["layers"], run.info["notes"]) == (["first tanh", "output"], [WITHOUT_GRADIENTS])
    many = net(torch.nn.PReLU(5))
    (note,) = watched(tmp_path, many, lambda: plain(many, batch)).info["notes"]
    assert note == "1 prelu: each neuron has its own slope, so it is not one σ: not read"


@pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning")
def test_a_scripted_model_is_refused(tmp_path, batch):
    for made in (torch.jit.script(net()), torch.nn.Sequential(torch.jit.trace(net(), batch[0]))):
        with pytest.raises(LabError, match="scripted or traced"):
            lab.watch(made, 1, tmp_path / "run")


@pytest.mark.parametrize("name", ["steps_per_epoch", "saturation_threshold", "low_input_threshold"])
def test_a_number_that_is_none_is_refused(tmp_path, name):
    for value in (0, -1.0, float("nan"), "0.1"):
        with pytest.raises(LabError, match=f"{name}: expected a number above 0"):
            lab.watch(net(), 1, tmp_path / "run", **{name: value})
