import re
import shlex
from dataclasses import replace

import pandas as pd
import pytest

from lab.analysis.rule import Verdicts
from lab.report.island import Subject
from lab.report.run import answer, command, report, short_names
from tests.report.conftest import HOSTILE, subject
from tests.report.test_island import DIFFERENCE


@pytest.fixture(scope="module")
def page(run):
    return report([run])


def test_the_question_the_answer_and_the_verdicts_with_their_rows_come_first(page):
    order = [
        "Do early layers learn?</h1>",
        "There are verdicts on 1 of 2 variants.",
        "layer 1 learns 100× slower",
    ]
    order += ["[slow early layers: 0.01 &lt; 0.1, layer 1, step 0]", 'id="views"', "The trials"]
    places = [page.index(word) for word in order]
    assert places == sorted(places)


def test_nothing_is_loaded_from_elsewhere(page):
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_an_answer_of_ones_own_takes_the_place_of_the_verdicts():
    assert answer(subject(answer="Yes, at the start.")) == "Yes, at the start."


def test_a_run_without_verdicts_says_so(run):
    assert answer(Subject("x", {}, run.tables)).startswith("Nothing went wrong by the rules of the lab:")


def test_what_could_not_be_judged_is_not_said_to_be_right(run):
    open_ = "not judged: what was learned. The reason: training took 2 steps"
    said = Subject("x", {}, run.tables, Verdicts([], [open_]))
    assert answer(said).startswith("Nothing went wrong by those rules of the lab that could judge:")
    assert open_ in Verdicts([], [open_])._repr_html_()


def test_a_run_under_way_tells_how_far_it_is():
    assert answer(subject(status="running", trials_planned=40)) == "Under way: 8 of 40 trials have ended."
    assert answer(subject(status="interrupted", trials_planned=40)).startswith("Interrupted: 8 of 40")
    assert answer(subject(status="running", trials_planned=8, answer="Yes.")) == "Yes."
    one = subject(status="running", trials_planned=8)
    one.tables["trials"].loc[:2, "status"] = "running"
    assert answer(one) == "Under way: 5 of 8 trials have ended."


def test_hostile_names_stay_text():
    page = report([subject(variants=(HOSTILE, "tanh"), title=HOSTILE, notes=[HOSTILE])])
    assert "<img src=x" not in page
    assert page.count("</script>") == 2


def test_several_runs_have_their_heads_and_their_names():
    runs = [subject("a/1"), subject("a/2"), subject("b/1")]
    assert short_names(runs) == ["a/1", "a/2", "b"]
    page = report(runs)
    assert "<h1>3 runs: a/1, a/2, b</h1>" in page
    assert page.count('<h2 class="question">') == 3


def test_the_layers_of_a_watched_model_have_their_names_on_the_page():
    assert "<li>1: act &lt;relu&gt; · 2: output</li>" in report([subject(layers=["act <relu>", "output"])])
    assert "<li>1: " not in report([subject()])


def test_what_was_not_judged_stands_on_the_page():
    told = "not judged: dead neurons. The reason: a reading sees only 10 examples"
    run = replace(subject(), verdicts=Verdicts([], [told]))
    assert f"<li>{told}</li>" in report([run])


@pytest.mark.parametrize(
    ("runs", "names"),
    [
        ([("a/1", "/class/anna"), ("a/1", "/class/ben/results")], ["anna/a", "ben/results/a"]),
        ([("a/1", "/class"), ("a/1", "/class/ben")], ["a", "ben/a"]),
        ([("a/1", "/c/x"), ("a/2", "/c/x"), ("a/1", "/c/y")], ["x/a/1", "x/a/2", "y/a/1"]),
        ([("a/1", "/c/x"), ("a/2", "/c/x"), ("b/1", "/c/y")], ["a/1", "a/2", "b"]),
    ],
)
def test_runs_of_one_name_from_several_folders_are_told_apart_by_these(runs, names):
    assert short_names([replace(subject(name), results=folder) for name, folder in runs]) == names


def test_the_variants_of_several_runs_are_in_one_table_the_best_first():
    runs = [subject(f"{name}/1") for name in "abc"]
    for run, shift in zip(runs, (0.1, 0.3, 0.2), strict=True):
        run.tables["trials"]["final_test_accuracy"] = shift
        run.tables["trials"].loc[run.tables["trials"]["variant"] == "tanh", "final_test_accuracy"] += 0.5
    (found, *_) = re.findall(r"<table.*?</table>", report(runs), re.DOTALL)
    assert "The variants of all runs, by final_test_accuracy" in found
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", found)
    assert rows == [*((run, "tanh") for run in "bca"), *((run, "sigmoid") for run in "bca")]


def test_of_many_runs_each_is_folded():
    runs = [subject(f"student{number}/1") for number in range(6)]
    page = report(runs)
    assert "<h1>6 runs</h1>" in page
    assert page.count("<details><summary>student") == page.count("<details><summary>Tables of student") == 6
    assert "<details><summary>a: " not in report([subject("a/1"), subject("b/1")])


def test_a_reference_that_lost_its_trials_is_told_beside_what_is_compared_with_it():
    run = subject()
    for a, b in (("sigmoid", "tanh"), ("tanh", "sigmoid")):  # of tanh one trial of four is done
        run.tables["comparisons"] = pd.DataFrame([DIFFERENCE | {"a": a, "b": b}])
        told = "<p>tanh is done in 1 of 4 trials, which leaves as many pairs at most; another reference"
        assert (told in report([run])) == (a == "tanh")


def test_the_command_repeats_the_run():
    told = subject(overrides={"training.epochs": "5", "network.activation": "'relu'"}, allow_code=True)
    words = ["lab", "run", "vanishing.toml", "-o", "training.epochs=5"]
    assert shlex.split(command(told)) == [*words, "-o", "network.activation='relu'", "--allow-code"]


def test_pictures_are_for_readers_without_scripts(run):
    page = report([Subject(run.name, run.info, run.tables, pictures={"learning_speed": b"png"})])
    assert "<noscript><p>" in page
    assert 'src="data:image/png;base64,cG5n"' in page
