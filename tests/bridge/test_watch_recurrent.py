"""The gates of fused recurrent calls, held to the same recurrence written out, with autograd's δ."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

import lab  # noqa: E402
from lab.bridge.watch_recurrent import GATES  # noqa: E402

N_IN, N, STEPS, EXAMPLES = 3, 4, 5, 6


pytestmark = pytest.mark.usefixtures("double")


class Net(nn.Module):
    def __init__(self, kind, **given):
        super().__init__()
        self.rnn = getattr(nn, kind)(N_IN, N, **given)
        self.head = nn.Linear(N * (2 if given.get("bidirectional") else 1), 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


def unrolled(rnn, x):
    """The outputs of the recurrence over x, (t, m, n_0), and z of each gate of each layer and direction."""
    seen, ways = {}, ("", "_reverse") if rnn.bidirectional else ("",)
    for k in range(rnn.num_layers):
        sides = []
        for way in ways:
            w, w_h, b, b_h = (
                getattr(rnn, f"{name}_l{k}{way}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            h, c, out = torch.zeros(x.shape[1], N), torch.zeros(x.shape[1], N), []
            for x_t in x.flip(0) if way else x:
                u, v = (x_t @ w.T + b).split(N, -1), (h @ w_h.T + b_h).split(N, -1)
                if rnn.mode == "GRU":
                    r, s = u[0] + v[0], u[1] + v[1]
                    z = r, s, u[2] + r.sigmoid() * v[2]
                    h = (1 - s.sigmoid()) * z[2].tanh() + s.sigmoid() * h
                elif rnn.mode == "LSTM":
                    z = [one + other for one, other in zip(u, v, strict=True)]
                    c = z[1].sigmoid() * c + z[0].sigmoid() * z[2].tanh()
                    h = z[3].sigmoid() * c.tanh()
                else:
                    z = [u[0] + v[0]]
                    h = z[0].relu() if rnn.mode == "RNN_RELU" else z[0].tanh()
                out.append(h)
                for (gate, _), one in zip(GATES[rnn.mode.lower()], z, strict=True):
                    one.retain_grad()
                    name = f"{gate}{f' {k + 1}' if rnn.num_layers > 1 else ''}{' backwards' if way else ''}"
                    seen.setdefault(name, []).append(one)
            sides.append(torch.stack(out[::-1] if way else out))
        x = torch.cat(sides, -1)
    return x, seen


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("RNN", {}),
        ("RNN", {"nonlinearity": "relu", "batch_first": True}),
        ("LSTM", {"num_layers": 2, "batch_first": True}),
        ("LSTM", {"bidirectional": True}),
        ("GRU", {}),
        ("GRU", {"num_layers": 2, "bidirectional": True}),
    ],
)
def test_gates_are_those_of_the_recurrence_written_out(kind, given, tmp_path):
    torch.manual_seed(0)
    net, x = Net(kind, **given), torch.randn(STEPS, EXAMPLES, N_IN)
    fed = x.transpose(0, 1) if given.get("batch_first") else x
    h, seen = unrolled(net.rnn, x)
    out = net.head(h)
    (out**2).mean().backward()
    net.zero_grad()
    with lab.watch(net, 1, tmp_path / "run", plots=False) as w:
        found = net(fed)
        (found**2).mean().backward()
        w.step()
    torch.testing.assert_close(found.transpose(0, 1) if given.get("batch_first") else found, out)
    layers = lab.load(w.path).layers
    places = lab.load(w.path).info["layers"]
    assert places[-1] == "output"
    assert [" ".join(one.split()[2:]) for one in places[:-1]] == list(seen)
    for l, z in enumerate(seen.values(), 1):
        row = layers[layers["layer"] == l].iloc[0]
        sigma = getattr(torch, dict(GATES[net.rnn.mode.lower()])[list(seen)[l - 1].split()[0]])
        a = sigma(torch.stack(z)).detach().numpy()
        assert row["a_mean"] == pytest.approx(a.mean(), rel=1e-12)
        assert row["a_std"] == pytest.approx(a.std(), rel=1e-12)
        total = sum(one.grad.sum(0) for one in z)
        assert row["learning_speed"] == pytest.approx(float(torch.linalg.vector_norm(total)), rel=1e-11)
        assert np.isnan(row["delta_rms"])
    (note,) = lab.load(w.path).info["notes"]
    assert note.startswith(f"rnn {net.rnn.mode.lower()}: fused; z of its gates are computed again")


def test_what_cannot_be_looked_into_is_named(tmp_path):
    class Packed(Net):
        def forward(self, x):
            packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([3, 2]), batch_first=True)
            return self.head(nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0])

    for net, x in (
        (Packed("LSTM"), torch.randn(2, 3, N_IN)),
        (Net("GRU", num_layers=2, dropout=0.5), torch.randn(3, 2, N_IN)),
    ):
        with lab.watch(net, 1, tmp_path / net.rnn.mode, plots=False) as w:
            net(x).sum().backward()
            w.step()
        run = lab.load(w.path)
        assert run.info["layers"] == ["output"]
        assert run.info["notes"] == [f"rnn {net.rnn.mode.lower()}: fused, and its gates are not seen"]


def test_a_watched_lstm_trains_to_the_same_bits(tmp_path):
    def trained(net, step=lambda: None):
        optimiser = torch.optim.Adam(net.parameters(), 0.01)
        for seed in range(4):
            optimiser.zero_grad()
            x = torch.randn(STEPS, EXAMPLES, N_IN, generator=torch.Generator().manual_seed(seed))
            net(x).square().mean().backward()
            optimiser.step()
            step()
        return [p.detach() for p in net.parameters()]

    torch.manual_seed(3)
    one, other = Net("LSTM", num_layers=2), Net("LSTM", num_layers=2)
    other.load_state_dict(one.state_dict())
    with lab.watch(other, 2, tmp_path / "run", plots=False) as w:
        watched = trained(other, w.step)
    assert all(torch.equal(*pair) for pair in zip(trained(one), watched, strict=True))
