"""The page of one activation. (What it says is held in test_cli.)"""

from lab.console.activations import catalogue
from lab.prover import certificate


def test_a_page_and_its_plot_rest_on_one_certificate(monkeypatch, tmp_path):
    proved = []
    provable = certificate.provable
    monkeypatch.setattr(certificate, "provable", lambda *sigma: proved.append(sigma) or provable(*sigma))
    page = catalogue.page("z*s(z)", (), tmp_path / "swish.png", allow_code=False)
    assert "range of σ′: [-0.099" in str(list(page.body))
    assert len(proved) == 1


def test_a_bound_that_is_called_proved_is_rounded_outwards():
    page = catalogue.page("gelu-sinc", (), None, allow_code=False)
    assert "range of σ′: [-0.1965634, 1.500001], proved over all reals" in list(page.body)
