"""Runs as reports take them, and pages in Debian's Chromium where it is installed."""

from pathlib import Path

import pandas as pd
import pytest

from lab.analysis.ledger import ledger
from lab.analysis.rule import Verdict, Verdicts
from lab.report.island import Subject
from tests.figures.conftest import make_tables, with_prediction

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = '</script><img src=x onerror="document.title=1">'


def subject(
    name="vanishing/20260101-000000", variants=("sigmoid", "tanh"), trials=4, depth=5, **info
) -> Subject:
    """A run of so many trials and layers; ``info`` is told of it."""
    tables = with_prediction(make_tables(variants, trials, depth))
    tables["variants"] = tables["variants"].assign(cancels=False, activation="σ", bounds="proved")
    tables["trials"] = tables["trials"].assign(origin=None, diverged_at=pd.NA)
    tables["ledger"] = ledger(tables)
    slow = Verdict("slow early layers", variants[0], 1, 0, 0.01, 0.1, 1, 1, "layer 1 learns 100× slower")
    told = {
        "name": name.partition("/")[0],
        "title": "Do early layers learn?",
        "status": "done",
        "seed": 0,
    } | info
    return Subject(name, told, tables, Verdicts([slow]), 'title = "Do early layers learn?"\n')


@pytest.fixture(scope="session")
def run() -> Subject:
    return subject()


@pytest.fixture(scope="session")
def browser():
    """A browser; the test is skipped where playwright or Chromium is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Open a page given as HTML; at the end nothing but the file was asked for, and no error was told."""
    pages, said, asked = [], [], []

    def opened(text: str, **options):
        path = tmp_path / f"page-{len(pages)}.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page(**options)
        page.set_default_timeout(60_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opened
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert len(asked) == len(pages)
    for page in pages:
        page.close()
