"""What the controls of a report do, in a browser."""

import re
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest

from lab.analysis.comparisons import comparisons
from lab.analysis.ledger import ledger
from lab.figures.drawing import style
from lab.figures.drawing.scales import near
from lab.figures.run.explanations import CAUSES
from lab.report.run import report
from tests.report.conftest import HOSTILE, subject


@pytest.fixture(scope="module")
def text(run):
    tables = {**run.tables, "comparisons": comparisons(run.tables)}
    return report([replace(run, tables=tables)])


@pytest.fixture
def page(visit, text):
    return visit(text)


def titles(page):
    return page.locator("#figures h2").all_inner_texts()


def settled(page, condition):
    """Wait until this is true; the page's policy forbids playwright's own way."""
    until = monotonic() + 60
    while not page.evaluate(condition):
        assert monotonic() < until, condition


def test_every_view_is_drawn_and_has_a_name(page):
    assert titles(page) == [
        "Over the steps: learning speed ‖∂C/∂b‖",
        "By layer: learning speed ‖∂C/∂b‖",
        "Saturation",
        "Where z lies on the slope",
        "The ledger",
        "The causes",
        "The activations",
    ]
    images = page.locator("#figures").get_by_role("img")
    assert images.count() == 2 * 6 + 1
    assert all(
        name for name in images.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    )


@pytest.mark.parametrize("predicted", [True, False])
def test_bars_of_a_prediction_are_told_of_only_where_there_is_one(visit, run, predicted):
    tables = {name: table for name, table in run.tables.items() if predicted or name != "prediction"}
    figure = visit(report([replace(run, tables=tables)])).locator("#figures figure.broad")
    assert ("Short bars: predicted" in figure.inner_text()) == predicted


def test_every_control_has_a_name_in_the_tree_of_a_screen_reader(page):
    tree = page.locator("#controls").aria_snapshot()
    for control in (
        'checkbox "sigmoid"',
        'checkbox "tanh"',
        'searchbox "Filter"',
        'button "All"',
        'button "None"',
    ):
        assert control in tree
    for control in ('combobox "Quantity"', 'combobox "Layer"', 'checkbox "Logarithmic"', 'slider "Step'):
        assert control in tree


def test_each_of_many_variants_has_a_look_of_its_own_repeated_as_in_the_figures(visit):
    """A colour, a mark and dashes: each comes again where that of a figure does, those shown first."""
    count = 13
    page = visit(report([subject(variants=tuple(f"v{i}" for i in range(count)), trials=1, depth=2)]))
    looks = page.locator("#choices svg").evaluate_all(
        """all => all.map((svg) => [getComputedStyle(svg.querySelector(".dot")).fill,
            svg.querySelector(".dot").getAttribute("d"),
            svg.querySelector("g").getAttribute("stroke-dasharray")])"""
    )
    assert len(set(map(tuple, looks))) == count
    hidden = page.locator("#choices input[type=checkbox]").evaluate_all(
        "all => all.map((box) => !box.checked)"
    )
    assert hidden.count(True) == 1
    looks = [look for _, look in sorted(zip(hidden, looks, strict=True), key=lambda pair: pair[0])]
    drawn = [(look.colour, look.marker, look.dashes) for look in style.categories(count)]
    for own, of_figure in zip(zip(*looks, strict=True), zip(*drawn, strict=True), strict=True):
        assert list(map(own.index, own)) == list(map(of_figure.index, of_figure))


def test_a_variant_is_chosen_by_its_box_and_all_or_none_by_a_button(page):
    page.get_by_label("sigmoid", exact=True).uncheck()
    settled(page, "document.querySelectorAll('#figures [aria-label=Saturation] figure').length === 1")
    page.get_by_role("button", name="None").click()
    settled(page, "document.querySelectorAll('#figures figure').length === 0")
    page.get_by_role("button", name="All").click()
    settled(page, "document.querySelectorAll('#figures [aria-label=Saturation] figure').length === 2")


def test_the_filter_hides_names_and_the_buttons_mean_what_is_left(page):
    page.get_by_label("Filter").fill("TAN")
    assert [name.strip() for name in page.locator("#choices label:visible").all_inner_texts()] == ["tanh"]
    page.get_by_role("button", name="None").click()
    settled(page, "document.querySelectorAll('#figures [aria-label=Saturation] figure').length === 1")
    assert "sigmoid" in page.locator("#figures [aria-label=Saturation]").inner_text()


def test_a_quantity_brings_its_own_axis(page):
    page.get_by_label("Quantity").select_option("saturation")
    settled(page, "document.querySelector('#figures h2').textContent === 'Over the steps: saturated share'")
    assert not page.get_by_label("Logarithmic").is_checked()
    page.get_by_label("Quantity").select_option("cost")
    settled(page, "document.querySelector('#figures h2').textContent === 'Over the steps: cost C'")
    assert not any(title.startswith("By layer") for title in titles(page))


def test_the_axis_is_logarithmic_or_linear(page):
    assert "⁻" in page.locator("#figures svg").first.inner_html()
    page.get_by_label("Logarithmic").uncheck()
    settled(page, "!document.querySelector('#figures svg').innerHTML.includes('⁻')")


def test_the_step_moves_all_views_and_the_numbers(page, run):
    assert page.locator("#at").inner_text() == "step 500"
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("Home")
    settled(page, "document.getElementById('at').textContent === 'step 0'")
    page.keyboard.press("End")
    settled(page, "document.getElementById('at').textContent === 'step 500'")
    settled(page, "document.querySelector('#figures table caption').textContent.includes('step 500')")
    layers = run.tables["layers"].query("variant == 'sigmoid' and step == 500 and layer == 1")
    shown = page.locator("#figures table tbody tr").first.locator("td").nth(1).inner_text()
    assert float(shown.replace("−", "-")) == pytest.approx(layers["learning_speed"].median(), rel=1e-3)
    assert (
        "step 500" in page.locator("[aria-label='Where z lies on the slope'] figcaption").first.inner_text()
    )
    page.keyboard.press("ArrowLeft")
    settled(page, "document.getElementById('at').textContent === 'step 490'")


def test_the_layer_is_that_of_the_distribution_and_of_the_strong_line(page):
    page.locator("#layer").select_option("3")
    settled(
        page,
        "document.querySelector('[aria-label^=Where] svg').textContent.includes('layer 3')",
    )
    assert page.locator("#figures section").first.locator(".strong").count() == 2


def test_the_pointer_reads_numbers_and_a_click_chooses_the_step(page):
    first = page.locator("#figures svg").first
    first.hover()
    assert "layer 1: " in page.locator("#hover").inner_text()
    first.click()
    settled(page, "document.getElementById('at').textContent !== 'step 500'")
    page.mouse.move(1, 1)
    assert page.locator("#hover").is_hidden()


def test_a_head_sorts_its_table_and_again_the_other_way(page):
    table = page.locator("table[data-name='vanishing-summary']")
    head = table.get_by_role("button", name="final_accuracy")
    orders = []
    for _ in range(2):
        head.click()
        orders.append(table.locator("tbody tr td:first-child").all_inner_texts())
    assert orders[0] == orders[1][::-1]
    assert table.locator("th[aria-sort=descending]").inner_text() == "final_accuracy"


def test_a_table_is_kept_as_csv_with_all_digits(page, run):
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save vanishing-summary.csv").click()
    assert kept.value.suggested_filename == "vanishing-summary.csv"
    lines = kept.value.path().read_text().splitlines()
    assert lines[0].startswith("variant,trials,")
    done = run.tables["trials"].query("variant == 'sigmoid'")
    assert repr(float(done["final_cost"].median())) in lines[1].split(",")


def test_no_word_lies_on_another_in_a_panel_and_nothing_is_wider_than_a_narrow_page(visit, text):
    page = visit(text, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll("#figures svg, [data-compared] svg")].flatMap((svg) => {
            const words = [...svg.querySelectorAll("text")];
            const boxes = words.map((one) => [one.textContent, one.getBoundingClientRect()]);
            return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([, q]) =>
                Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 &&
                Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 5).map(([b]) => `${a} on ${b}`));
        })"""
    )
    assert overlapping == []


def test_each_variant_is_compared_in_a_panel_a_metric_with_its_sides_in_words(page, text):
    place = page.locator("[data-compared]")
    compared = page.evaluate("DATA.compared[0].metrics")
    assert place.locator("figure").count() == len(compared) > 1
    for number, metric in enumerate(compared):
        words = place.locator("svg").nth(number).locator("text").all_text_contents()
        assert {"tanh", *metric["sides"]} <= set(words)
        svg = place.locator("svg").nth(number)
        assert svg.get_attribute("aria-label") == f"Differences in {metric['words']} to sigmoid"
        assert svg.locator("desc").text_content().startswith("tanh: ")
    assert page.get_by_role("heading", name="Each variant against sigmoid").is_visible()
    assert page.locator("table[data-name='vanishing-comparisons'] tbody tr").count() == len(compared)
    page.get_by_label("tanh", exact=True).uncheck()
    settled(page, "document.querySelectorAll('[data-compared] figure').length === 0")


def test_the_keyboard_reaches_every_control_and_each_has_a_name(page):
    every = """[...document.querySelectorAll("button, input, select, summary, [tabindex]")]
        .filter((one) => one.checkVisibility())"""
    count = page.evaluate(f"{every}.length")
    page.evaluate(f"{every}.forEach((one, i) => {{ one.dataset.place = i; }})")
    reached = set()
    for _ in range(count):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.place"))
    assert reached == {str(place) for place in range(count)}
    tree = page.locator("body").aria_snapshot()
    unnamed = r"- (button|checkbox|combobox|searchbox|slider|img|heading)(?! \")(:|$| \[)"
    assert not re.search(unnamed, tree, re.MULTILINE)


def test_on_paper_there_are_no_controls_and_no_dark_ground(visit, text):
    page = visit(text, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in ("#quantity", "#step", "#filter", "button.save >> nth=0"):
        assert page.locator(hidden).is_hidden()
    assert page.locator("#figures svg").first.is_visible()
    page.set_viewport_size({"width": 700, "height": 900})  # of a page of A4, in its pixels
    wider = "[...document.querySelectorAll('table')].filter((one) => one.getBoundingClientRect().right > 700)"
    assert page.evaluate(f"{wider}.map((one) => one.caption.textContent)") == []


def test_on_paper_the_file_of_the_experiment_is_whole(visit):
    page = visit(report([replace(subject(), experiment="# a long line " * 30 + "\n# a line" * 200)]))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    page.get_by_text("How it was made").click()
    hidden = "(one) => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth]"
    assert page.locator("pre").evaluate(hidden) == [0, 0]


def test_the_causes_have_the_words_of_their_figure(page):
    assert page.evaluate("Object.fromEntries(CAUSES)") == {
        name.removeprefix("cause_"): words for name, (words, _) in CAUSES.items()
    }


def test_views_of_a_variant_that_lost_all_its_trials_say_so(visit):
    """Of one that lost them before the first reading there is no panel, and its name stands below."""
    run = subject(variants=("sigmoid", "tanh", "relu"))
    tables = dict(run.tables)
    tables["trials"] = tables["trials"].assign(
        status=tables["trials"]["status"].mask(tables["trials"]["variant"] != "sigmoid", "diverged")
    )
    layers, number = tables["layers"], tables["layers"].select_dtypes("float").columns.drop("epoch")
    lost = ((layers["variant"] == "tanh") & (layers["step"] > 50)) | (layers["variant"] == "relu")
    tables["layers"] = layers.assign(**layers[number].mask(lost))
    tables["ledger"] = ledger(tables)
    page = visit(report([replace(run, tables=tables)]))
    for view in ("Saturation", "The ledger", "The causes"):
        section = page.locator(f"[aria-label='{view}']")
        assert "4 of 4 trials diverged" in section.locator("figcaption").nth(1).inner_text()
        assert "Nothing to show of: relu · 4 of 4 trials diverged" in section.inner_text()


def test_what_diverged_does_not_flatten_the_others(visit):
    run = subject()
    layers, trials = run.tables["layers"], run.tables["trials"]
    exploding = (layers["variant"] == "tanh") & (layers["step"] == 250)
    tables = {
        **run.tables,
        "layers": layers.assign(learning_speed=layers["learning_speed"].mask(exploding, 1e200)),
        "trials": trials.assign(status=trials["status"].mask(trials["variant"] == "tanh", "diverged")),
    }
    page = visit(report([replace(run, tables=tables)]))
    heights = "(one) => Math.max(...[...one.querySelectorAll('.line')].map((line) => line.getBBox().height))"
    panels = page.locator("#figures section").first.locator("svg")
    assert panels.first.evaluate(heights) > 30
    assert page.locator("#figures .broad svg").evaluate(heights) > 30
    ticks = "".join(panels.nth(1).locator(".tick").all_text_contents())
    assert re.search("10[⁰¹²³⁴-⁹]{3}", ticks)  # its own panel goes on as far as its numbers


@pytest.mark.parametrize(("count", "flat"), [(3, True), (4, False)])
def test_one_of_four_variants_far_from_all_others_does_not_flatten_them(visit, count, flat):
    run = subject(variants=tuple(f"v{i}" for i in range(count)))
    layers = run.tables["layers"]
    far = (layers["variant"] == "v1") & (layers["layer"] == 1)
    speeds = layers["learning_speed"].mask(far, 1e-200)
    tables = {**run.tables, "layers": layers.assign(learning_speed=speeds)}
    page = visit(report([replace(run, tables=tables)]))
    panels = page.locator("#figures section").first.locator("svg")
    tallest = "(one) => Math.max(...[...one.querySelectorAll('.line')].map((line) => line.getBBox().height))"
    assert (panels.first.evaluate(tallest) < 10) is flat
    assert "10⁻²⁰⁰" in "".join(panels.nth(1).locator(".tick").all_text_contents())


def test_a_page_leaves_out_of_an_axis_what_the_figures_leave_out(page):
    for sets in (
        [[1, 10], [0.1], [0.01], [1e-40]],
        [[1], [0.01], [1e-40], []],
        [[1], [0.01], [1e-40], [0]],
        [[1]] * 6 + [[1e-40], [1e-41]],
        [[1]] * 6 + [[1e-40], [1e40, 1]],
        [],
    ):
        kept = near([np.array(one, float) for one in sets])
        held = [sets[at] for at in kept if any(x > 0 for x in sets[at])]
        assert sorted(page.evaluate("near", sets)) == sorted(held), sets


def test_in_the_dark_every_control_works_and_the_ground_is_dark(visit, text):
    page = visit(text, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"
    page.get_by_label("sigmoid", exact=True).uncheck()
    page.get_by_label("Quantity").select_option("saturation")
    page.locator("#layer").select_option("2")
    page.get_by_label("Logarithmic").check()
    page.get_by_role("slider", name="Step").fill("30")
    settled(page, "document.querySelectorAll('#figures figure').length === 7")
    assert page.locator("#figures table tbody tr").count() == 1
    page.get_by_label("Filter").fill("sig")
    for button, shown in (("All", 12), ("None", 6)):
        page.get_by_role("button", name=button).click()
        settled(page, f"document.querySelectorAll('#figures .panels figure').length === {shown}")


def test_of_many_variants_twelve_are_shown_from_the_first_to_the_last(visit):
    page = visit(report([subject(variants=tuple(f"tanh {i}" for i in range(24)), trials=1, depth=2)]))
    assert page.locator("fieldset input[type=checkbox]:checked").count() == 12
    assert all(page.get_by_label(name, exact=True).is_checked() for name in ("tanh 0", "tanh 23"))


def test_the_twelve_that_are_shown_at_first_look_different(visit):
    page = visit(report([subject(variants=tuple(map(str, range(78))), trials=1, depth=2)]))
    shown = "DATA.variants.filter((one) => one.shown).map((one) => colour(one.look) + dashes(one.look))"
    assert len(set(page.evaluate(shown))) == 12


def test_hostile_names_stay_text_in_every_view(visit):
    page = visit(report([subject(variants=(HOSTILE, "tanh"), title=HOSTILE)]))
    assert page.title() == HOSTILE
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("#figures").inner_text()


def test_without_scripts_the_words_and_the_tables_are_there(visit, text):
    page = visit(text, java_script_enabled=False)
    assert page.locator("h1").inner_text() == "Do early layers learn?"
    assert page.locator("table").first.is_visible()
    assert page.locator("#views").is_hidden()


def test_a_page_of_more_than_a_hundred_steps_begins_at_the_last(visit, run):
    later = {
        name: table.assign(step=table["step"] + 5) for name, table in run.tables.items() if "step" in table
    }
    page = visit(report([run, replace(run, name="later/1", tables={**run.tables, **later})]))
    assert page.evaluate("STEPS.length") > 101
    assert page.locator("#at").inner_text() == "step 505"


def test_where_the_slope_has_no_bound_no_ground_is_grey_and_it_is_said_why(run, visit):
    layers = run.tables["layers"].copy()
    layers.loc[(layers["variant"] == "sigmoid") & (layers["layer"] < 5), "saturation"] = float("nan")
    variants = run.tables["variants"].assign(sup_slope=[float("inf"), 1.0])
    page = visit(report([replace(run, tables={**run.tables, "layers": layers, "variants": variants})]))
    grounds = page.locator("#figures svg[aria-label*='distribution of z']")
    assert [grounds.nth(at).locator(".saturated").count() > 0 for at in (0, 1)] == [False, True]
    why = "where σ′ has no bound, nothing is saturated"
    captions = page.locator("#figures figcaption").all_inner_texts()
    assert [why in caption for caption in captions if "now, layer 1 up" in caption] == [True, False]
