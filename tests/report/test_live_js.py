"""A page of a run under way, in a browser: what loads itself again, and how it stands then."""

from contextlib import suppress
from time import monotonic

import pytest

from lab.report.run import report
from tests.report.conftest import subject

LOADED = "!window.before && document.readyState === 'complete'"
AT = "document.getElementById('at').textContent"
Error = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").Error


def told(page, script):
    """What a script gives; once more where the page was just loading itself."""
    for _ in range(20):
        with suppress(Error):
            return page.evaluate(script)
    raise AssertionError(script)


def settled(page, condition):
    until = monotonic() + 20
    while not told(page, condition):
        assert monotonic() < until, condition


def held(page):
    """Hold the page by a pointer that is down, so that it does not load itself under the reader's hand."""
    for _ in range(20):
        with suppress(Error):
            page.evaluate("dispatchEvent(new Event('pointerdown'))")
            page.wait_for_timeout(500)
            if page.evaluate("held"):
                return
    raise AssertionError("it does not hold")


def let_go(page):
    page.evaluate("window.before = true; dispatchEvent(new Event('pointerup'))")


@pytest.fixture
def live(browser, tmp_path):
    """A page that loads itself again every second, and what puts another in its place."""
    path = tmp_path / "report.html"
    said = []

    def write(**info):
        run = subject(status="running", trials_planned=40, **info)
        temporary = path.with_suffix(".new")
        temporary.write_text(report([run], refresh=1), encoding="utf-8")
        temporary.replace(path)

    write(title="One")
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    yield page, write
    page.close()
    assert said == []


def test_it_shows_the_last_step_and_then_what_is_new_as_the_reader_left_it(live):
    page, write = live
    assert told(page, AT) == "step 500"
    held(page)
    page.get_by_label("Quantity").select_option("saturation")
    page.locator("#layer").select_option("3")
    page.get_by_label("tanh", exact=True).dispatch_event("click")
    page.get_by_text("How it was made").dispatch_event("click")
    page.get_by_role("slider", name="Step").focus()
    write(title="One", notes=["a second page"])
    let_go(page)
    settled(page, f"{LOADED} && document.body.innerText.includes('a second page')")
    assert page.get_by_label("Quantity").input_value() == "saturation"
    assert page.locator("#layer").input_value() == "3"
    assert not page.get_by_label("tanh", exact=True).is_checked()
    assert page.locator("details").last.get_attribute("open") is not None
    assert told(page, "document.activeElement.id") == "step"
    assert page.locator("[aria-label=Saturation] figure").count() == 1


def test_a_step_that_was_chosen_stays(live):
    page, _ = live
    held(page)
    page.get_by_role("slider", name="Step").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    settled(page, "document.getElementById('at').textContent === 'step 470'")
    let_go(page)
    settled(page, LOADED)
    assert told(page, AT) == "step 470"


def test_it_stays_where_the_reader_asks_it_to(live):
    page, _ = live
    held(page)
    page.get_by_label("Load this page again every 1 s").dispatch_event("click")
    let_go(page)
    page.wait_for_timeout(2500)
    assert told(page, "window.before")
