"""The page of ``lab matrix-form``."""

import json

import pytest


def test_the_price_of_each_form_and_what_each_layer_passes_on(lab, small):
    code, out, err = lab("matrix-form", small)
    assert (code, err) == (0, "")
    title, header, *forms = out.splitlines()[:5]
    assert title == "small, sigmoid: 64-6-5-10, example 0, trial 0, after 0 steps"
    assert " ".join(header.split()) == "δ of layer 1 multiplications numbers of σ′ µs × ⊙ difference"
    assert [row.split()[0] for row in forms] == ["⊙", "Σ′", "Σ′"]
    assert [row.split()[0] for row in out.splitlines()[-4:-1]] == ["1", "2", "3"]


def test_json_holds_both_tables(lab, small):
    told = json.loads(lab("matrix-form", small, "--json", "--variant", 1, "--steps", 2)[1])
    assert (told["name"], told["variant"], told["steps"]) == ("small", "soft", 2)
    assert [row["multiplications"] for row in told["price"]] == [101, 241, 1290]
    for row in told["passed"]:
        assert 0 <= row["least"] <= row["most"]
    assert told["passed"][-1]["most"] == pytest.approx(0.25, abs=0.05)


def test_what_is_out_of_range(refused, small):
    assert refused("matrix-form", small, "--example", 60) == "error: --example 60: expected 0…59\n"
