"""What the tests of data sets share."""

import pytest

from lab.errors import PartError


def refusal(call, *words, kind=PartError, **parameters):
    """The message with which the call is refused."""
    with pytest.raises(kind) as caught:
        call(*words, **parameters)
    return str(caught.value)
