"""Numbers as texts write them."""

import pytest

from lab.numerics import TooSmallError, as_float


@pytest.mark.parametrize("text", ["0", "-0.0", "0e-400", "0.000", "5e-324", "1e-300", "1_0.5", "inf"])
def test_what_a_float_holds_is_read(text):
    assert as_float(text) == float(text)


@pytest.mark.parametrize("text", ["1e-400", "-2.5e-330", "0.0001E-322", "0." + "0" * 330 + "1"])
def test_what_would_become_0_is_refused(text):
    with pytest.raises(TooSmallError, match=rf"^{text} would be read as 0"):
        as_float(text)
