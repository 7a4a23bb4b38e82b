"""Pages as they are printed, and the command line where it refuses something."""

import json

import pytest

from lab.console.screen import show


@pytest.fixture
def printed(capsys):
    """Show a page; returns what it printed, and of JSON what it says."""

    def call(page, as_json=False):
        show(page, as_json)
        out = capsys.readouterr().out
        return json.loads(out) if as_json else out

    return call


@pytest.fixture
def refused(lab):
    """Call the command line with something that is wrong; returns what it says of that."""

    def call(*words):
        code, out, err = lab(*words)
        assert (code, out) == (2, "")
        return err

    return call
