"""Small networks in torch, data made from a seed, and a loop that trains them, watched or not."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy, max_pool2d, relu, scaled_dot_product_attention

import lab


def small(*middle):
    """Two dense layers, and what stands between them."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 5), *(middle or [nn.Tanh()]), nn.Linear(5, 3))


class Cnn(nn.Module):
    """Two convolutions and two dense layers, over pictures of 8 × 8."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)
        self.norm, self.wide, self.out = nn.BatchNorm2d(6), nn.Linear(24, 12), nn.Linear(12, 10)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        x = max_pool2d(relu(self.first(x.view(-1, 1, 8, 8))), 2)
        x = max_pool2d(self.act(self.norm(self.second(x))), 2)
        return self.out(torch.tanh(self.wide(x.flatten(1))))


class Block(nn.Module):
    """x + w₂ σ(w₁ norm(x)), of which every block has the same σ."""

    def __init__(self, width, act):
        super().__init__()
        self.norm, self.up, self.act = nn.LayerNorm(width), nn.Linear(width, 2 * width), act
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(self.act(self.up(self.norm(x))))


class Residual(nn.Module):
    """Blocks one after the other; the module of σ is one for all."""

    def __init__(self, act=None, blocks=3, width=16):
        super().__init__()
        act = act or nn.GELU()
        self.first, self.out = nn.Linear(64, width), nn.Linear(width, 10)
        self.blocks = nn.ModuleList(Block(width, act) for _ in range(blocks))

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.out(x)


class Attention(nn.Module):
    """One causal head, then a block, over tokens."""

    def __init__(self, tokens=16, width=16):
        super().__init__()
        self.embed, self.mix = nn.Embedding(tokens, width), nn.Linear(width, 3 * width)
        self.block, self.out = Block(width, nn.GELU(approximate="tanh")), nn.Linear(width, tokens)

    def forward(self, tokens):
        x = self.embed(tokens)
        x = x + scaled_dot_product_attention(*self.mix(x).chunk(3, -1), is_causal=True)
        return self.out(self.block(x))


class Recurrent(nn.Module):
    """A recurrent net written out: the same weights at each of four steps."""

    def __init__(self):
        super().__init__()
        self.read, self.keep, self.out = nn.Linear(16, 8), nn.Linear(8, 8, bias=False), nn.Linear(8, 10)

    def forward(self, x):
        h = torch.zeros(len(x), 8, dtype=x.dtype)
        for part in x.chunk(4, 1):
            h = torch.tanh(self.read(part) + self.keep(h))
        return self.out(h)


def batch(step, tokens=False, m=32):
    """The examples of a step: pictures of a class each with noise, or tokens that count on."""
    random = torch.Generator().manual_seed(step)
    if tokens:
        t = (torch.randint(16, (m, 1), generator=random) + torch.arange(9)) % 16
        return t[:, :-1], t[:, 1:]
    y = torch.randint(10, (m,), generator=random)
    shapes = torch.rand(10, 64, generator=torch.Generator().manual_seed(99))
    x = shapes[y] + 0.3 * torch.randn(m, 64, generator=random)
    return x.to(torch.get_default_dtype()), y


def cost_of(model, x, y):
    return cross_entropy(model(x).flatten(0, -2), y.flatten())


def trained(model, steps, watch=None, rate=3e-3, **words):
    """Train; returns what the parameters are after it, and each step's gradients."""
    optimiser = torch.optim.AdamW(model.parameters(), rate)
    gradients = []
    for step in range(steps):
        optimiser.zero_grad()
        cost = cost_of(model, *batch(step, **words))
        cost.backward()
        gradients.append({name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None})
        optimiser.step()
        if watch is not None:
            watch.step(cost)
    return [p.detach().clone() for p in model.parameters()], gradients


def made(kind, seed=0, **words):
    """A network whose weights are drawn from the seed."""
    torch.manual_seed(seed)
    return kind(**words)


def watched(model, steps, out, every=1, tokens=False, rate=3e-3, **words):
    """The run that a watch of a training leaves, its parameters at the end, and its gradients."""
    with lab.watch(model, every, out, plots=False, **words) as w:
        parameters, gradients = trained(model, steps, w, rate, tokens=tokens)
    return lab.load(w.path), parameters, gradients


def watched_step(tmp_path, model, step):
    """The run of one step, which ``step`` takes and whose cost it may give back."""
    with lab.watch(model, 1, tmp_path / "run", plots=False) as w:
        w.step(step())
    return lab.load(w.path)


def norm(x):
    return float(torch.linalg.vector_norm(x.detach()))
