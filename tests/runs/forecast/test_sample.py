from dataclasses import replace
from math import isnan

import pytest

from lab.experiment.variants import load
from lab.results.training import prepare
from lab.runs.forecast.estimate import estimate
from lab.runs.forecast.sample import samples_of
from lab.runs.preparation import prepared
from tests.conftest import SMALL


def test_a_sample_is_of_the_run_and_takes_a_moment(small):
    ready = prepare(small)
    sample = samples_of(ready, {0: 3})[0]
    assert 0 < sample.step < 0.1
    assert 10 < sample.text < 20
    assert 1 <= sample.bins <= 80
    assert not isnan(estimate(ready).seconds)


def test_variants_that_were_not_tried_are_like_the_nearest(small):
    hidden = [[size] for size in (4, 5, 6, 7, 400)]
    small.write_text(
        SMALL.replace('"network.activation" = ["sigmoid", "soft"]', f'"network.hidden" = {hidden}')
    )
    ready = prepared(load(small))
    samples = samples_of(ready, dict.fromkeys(range(5), 3))
    fourth = samples[3]
    assert samples[4].step == pytest.approx(fourth.step * (400 * 75 + 10) / (7 * 75 + 10), rel=0.01)
    assert samples[4] == replace(samples[4], text=fourth.text, bins=fourth.bins)


@pytest.mark.parametrize(("on", "seen"), [("batch", 20), ("probe", 60)])
def test_a_reading_sees_the_batch_or_the_fixed_examples(small, on, seen):
    assert prepared(load(small, {"record.on": on})).made[0][1].seen == seen
