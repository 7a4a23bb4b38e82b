"""Which passes of a step are read, and what is said of those that are not."""

import pytest

torch = pytest.importorskip("torch")

import lab  # noqa: E402
from lab.bridge.watch_step import ASKED_AGAIN, WITHOUT_GRADIENTS  # noqa: E402
from lab.errors import LabError  # noqa: E402

COST = torch.nn.functional.cross_entropy


@pytest.fixture(autouse=True)
def double(one_thread):
    torch.set_default_dtype(torch.float64)


@pytest.fixture
def batch():
    torch.manual_seed(0)
    return torch.randn(12, 6), torch.randint(0, 3, (12,))


def net(*middle):
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(6, 5), *(middle or [torch.nn.Tanh()]), torch.nn.Linear(5, 3))


def watched(tmp_path, model, step):
    """The run of one step, which ``step`` takes and whose cost it gives back."""
    with lab.watch(model, 1, tmp_path / "run", plots=False) as w:
        w.step(step())
    return lab.load(w.path)


def plain(model, batch):
    x, y = batch
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    cost = COST(model(x), y)
    cost.backward()
    optimiser.step()
    return cost


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
    other = net()
    once = watched(tmp_path, other, lambda: plain(other, batch))
    assert run.info["notes"] == [ASKED_AGAIN]
    assert run.variants["examples"].tolist() == [12]
    gradients = ["learning_speed", "learning_speed_w", "delta_rms", "error_rms", "slope_mean", "weight_norm"]
    assert run.layers[gradients].equals(once.layers[gradients])
    moved = float((model[0].weight.detach() - before).norm() / before.norm())
    assert run.layers["update_ratio"][0] == pytest.approx(moved, rel=1e-12)


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
    assert note == "1 prelu: each neuron has a slope of its own: this is not one σ, and not read"


@pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning")
def test_a_scripted_model_is_refused(tmp_path, batch):
    for made in (torch.jit.script(net()), torch.nn.Sequential(torch.jit.trace(net(), batch[0]))):
        with pytest.raises(LabError, match="scripted or traced"):
            lab.watch(made, 1, tmp_path / "run")
