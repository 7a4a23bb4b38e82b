"""Watch a small convolutional network in torch, whose activation is a design of one's own.

    python watch_a_cnn.py        (needs torch: pip install -e '.[torch]' in the clone of the lab)

What is seen becomes a run: lab show cnn, lab plot cnn, lab compare cnn OTHER.
"""

from pathlib import Path

import torch
from torch import nn

import lab
from lab.data.digits import Digits


class Golu(nn.Module):
    """σ(z) = z·exp(−e^(−z)): a σ that torch does not know, so `lab.watch` is told its formula."""

    def forward(self, z):
        return z * torch.exp(-torch.exp(-z))


def network():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), Golu(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), Golu(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(128, 64), nn.Tanh(), nn.Linear(64, 10)),
    )


def main(steps=400):
    torch.manual_seed(0)
    digits = Digits().load(1500, 200, 0, Path())
    x = torch.tensor(digits.x_train, dtype=torch.float32).view(-1, 1, 8, 8)
    y = torch.tensor(digits.y_train).argmax(1)
    model = network()
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
    with lab.watch(model, every=20, out="results/cnn", activations={Golu: "z*exp(-exp(-z))"}) as w:
        for _ in range(steps):
            rows = torch.randint(len(x), (128,))
            cost = nn.functional.cross_entropy(model(x[rows]), y[rows])
            optimiser.zero_grad()
            cost.backward()
            optimiser.step()
            w.step(cost)
    run = lab.load(w.path)
    last = run.layers[run.layers["step"] == run.layers["step"].max()]
    print(
        last[["layer", "learning_speed", "saturation", "slope_mean", "update_ratio"]].to_string(index=False)
    )
    print(*(verdict.sentence for verdict in run.verdicts), f"results: {run.path}", sep="\n")


if __name__ == "__main__":
    main()
