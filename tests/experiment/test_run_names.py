"""The name of a run: safe whatever its file is called, and the same again for what is safe already."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.run_names import RUN_NAME, run_name, wrong_name


@given(st.text())
def test_a_name_is_safe_or_refused_with_one_that_is(stem):
    name = run_name(stem)
    if wrong := wrong_name(name):
        name = wrong.rpartition("expected such as ")[2].strip("'")
    assert RUN_NAME.fullmatch(name)
    assert (wrong_name(name), run_name(name)) == ("", name)


@given(st.from_regex(RUN_NAME, fullmatch=True))
def test_what_is_a_name_stays(name):
    assert run_name(name) == name or name.endswith(".")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("stem", "name"),
    [
        *(("Übung", "Uebung"), ("Größe", "Groesse"), ("ångström", "aangstroem"), ("œuvre", "oeuvre")),
        *(("naïve café", "naive-cafe"), ("čeština", "cestina"), ("łódź", "lodz"), ("İzmir", "Izmir")),
    ],
)
def test_letters_with_marks_are_spelt_however_a_file_system_keeps_them(stem, name, form):
    assert run_name(unicodedata.normalize(form, stem)) == name


@pytest.mark.parametrize("stem", ["実験", "опыт", "σ and tanh", "تجربة 1"])
def test_letters_that_have_no_such_spelling_are_not_dropped(stem):
    """Else two files would be taken for one."""
    assert run_name(stem) == stem
    assert wrong_name(stem)


@pytest.mark.parametrize("device", ["con", "PRN", "aux", "NUL", "COM7", "lpt0", "con.txt"])
def test_what_windows_keeps_for_devices_is_no_name(device):
    assert "Windows keeps it for a device" in wrong_name(device)
