"""Small real runs for the tests of what is said about them."""

import lab

HEALTHY = """\
[data]
name = "digits"
train = 500
test = 100

[network]
hidden = [30, 30]
activation = "tanh"
initialiser = "glorot-uniform"

[training]
batch = 10
epochs = 10

[trials]
seeds = 1

[record]
on = "probe"
every = 50
"""
"""A network that learns well, on real data."""


def ran(folder, **changed):
    """`HEALTHY` with other keys, ``network__hidden`` for network.hidden; its `Run`."""
    path = folder / "run.toml"
    path.write_text(HEALTHY, encoding="utf-8")
    overrides = {key.replace("__", "."): value for key, value in changed.items()}
    return lab.run(path, overrides, results=folder / "results", plots=False)


def spoken(folder, **changed):
    """Rule → the verdict on a run of one variant, with these keys changed."""
    return {verdict.rule: verdict for verdict in ran(folder, **changed).verdicts}
