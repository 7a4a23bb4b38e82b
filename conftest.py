"""Doctests of what needs an optional package are looked for only where it is installed."""

from importlib.util import find_spec

OPTIONAL = {
    "torch": ["lab/bridge/watch_layer.py", "lab/bridge/watch_step.py", "tests/bridge/nets.py"],
    "sklearn": ["lab/sklearn.py"],
}

collect_ignore = [path for package, paths in OPTIONAL.items() if find_spec(package) is None for path in paths]
