"""A command prints into whatever a machine has for stdout and stderr."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab
from lab.console import streams
from lab.experiment.json_schema import json_schema

ROOT = Path(lab.__file__).parents[1]


def ended(script, tmp_path, **environment):
    """The exit code of a shell's line in which LAB is the command, and what it printed."""
    line = script.replace("LAB", f"'{sys.executable}' -m lab")
    here = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(["bash", "-c", line], capture_output=True, cwd=tmp_path, env=here, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_fault_91_letters_that_the_encoding_lacks_are_plain_ones(encoding, tmp_path):
    code, out, err = ended("LAB certify z 2>&1", tmp_path, PYTHONIOENCODING=encoding)
    assert code == 0
    assert b"monotone: proved, s rises" in out
    assert b"inf s' = 1" in out
    assert b"Traceback" not in out + err


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("LAB new >&-", 0, b""),
        ("LAB check none.toml 2>&-", 2, b""),
        ("LAB check none.toml --json 2>&- >&-", 2, b""),
        ("LAB certify z --at-least 2 --json | true; exit ${PIPESTATUS[0]}", 3, b""),
        ("LAB check none.toml 2>&1 | true; exit ${PIPESTATUS[0]}", 2, b""),
        ("LAB new > /dev/full", 4, b"error: the output: No space left on device\n"),
    ],
)
def test_fault_89_an_output_that_is_closed_changes_no_exit_code(line, code, said, tmp_path):
    assert ended(line, tmp_path) == (code, b"", said)


def test_a_run_goes_on_when_nobody_reads_what_it_says(small, tmp_path):
    line = "LAB run small.toml --no-plots --workers 1 2>&1 | true; exit ${PIPESTATUS[0]}"
    assert ended(line, tmp_path)[0] == 0
    assert len(list(tmp_path.glob("results/small/*/tables/layers.csv"))) == 1


def test_what_is_no_file_keeps_its_place_and_replaces_letters(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", None)
    streams.settle()
    assert sys.stdout is stream
    print("‖∂C/∂b‖ = σ′(z¹₁) ≥ 0.1⁸ Größe 语", flush=True)
    print("nowhere", file=sys.stderr)
    assert stream.buffer.getvalue() == b"|dC/db| = s'(z^1_1) >= 0.1^8 Grosse ?\n"
    sys.stderr.close()


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("a ≠ b ∉ C", "a != b in? C"),
        ("½(1 + z) ≈ ¼", "1/2(1 + z) ~ 1/4"),
        ("Δz ← −η ⟨δ⟩", "Dz <- -n <d>"),
        ("α π µ Φ φ x̄", "alpha pi mu Phi phi x"),
        ("“a” – ‘b’ ✗ 😀", "\"a\" - 'b' no ?"),
    ],
)
def test_plain_letters_say_the_same(said, plain):
    """``≠`` had been an equals sign, and a half 12."""
    assert said.encode("ascii", "lab") == plain.encode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_an_exponent_is_of_one_kind_of_letters(encoding):
    """Windows' encodings have ¹²³, and no minus beside them."""
    assert "10⁻¹²".encode(encoding, "lab") == b"10^-12"


def test_a_schema_has_every_letter_in_any_encoding(tmp_path):
    code, out, _ = ended("LAB schema", tmp_path, PYTHONIOENCODING="cp1252")
    assert code == 0
    assert json.loads(out.decode("cp1252")) == json.loads(json.dumps(json_schema()))
