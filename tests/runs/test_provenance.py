import subprocess

import numpy as np

from lab.runs.files.anonymity import anonymous
from lab.runs.provenance import blas, code, commit, provenance


def git(folder, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True)


def test_fault_81_versions_and_kernel_are_recorded_without_the_home_folder_and_the_environment(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setattr("sys.argv", ["/usr/bin/lab", "run", "/home/somebody/a.toml", "b.toml"])
    record = anonymous(provenance(tmp_path))
    assert record["argv"] == ["lab", "run", "~/a.toml", "b.toml"]
    assert "hunter2" not in str(record)
    assert record["packages"]["numpy"] == np.__version__
    assert {"internal_api", "version", "architecture", "threading_layer"} == set(record["blas"][0])
    assert record["blas"] == blas()


def test_the_commit_is_told_with_a_plus_where_files_differ(tmp_path):
    assert commit(tmp_path) is None
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "one")
    clean = commit(tmp_path)
    (tmp_path / "a").write_text("2")
    assert len(clean) == 40
    assert commit(tmp_path) == clean + "+"


def test_code_is_known_by_its_content_and_a_title_is_no_code(tmp_path):
    (tmp_path / "mine.py").write_bytes(b"")
    text = 'title = "Is own.py: better?"\nactivation = "mine.py:Mine"\n'
    assert code(text, tmp_path) == {
        "mine.py": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }


def test_git_runs_nothing_that_a_folder_names(tmp_path):
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a").write_text("1")
    git(folder, "add", "a")
    git(folder, "commit", "-qm", "one")
    clean = commit(folder)
    (folder / "a").write_text("2")
    git(folder, "config", "core.fsmonitor", program)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (folder / ".git" / "hooks" / hook).write_bytes(program.read_bytes())
        (folder / ".git" / "hooks" / hook).chmod(0o755)
    assert commit(folder) == clean + "+"
    (folder / ".gitattributes").write_text("a filter=evil\n")
    git(folder, "config", "filter.evil.clean", program)
    assert commit(folder) == clean + "?"
    assert not ran.exists()
