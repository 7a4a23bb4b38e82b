from lab.network.kernel.coefficients import HEADER, written


def test_the_header_holds_what_is_fitted():
    assert HEADER.read_text(encoding="utf-8") == written()
