"""What every test stands on: English, nobody's own registry, and the same examples each time."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sqlite3
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from crpv_cli import language
from crpv_cli.commands.new import make
from crpv_cli.registry.connection import open_reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

for name in ("CRPV_DB", "CRPV_LANG", "CRPV_DEBUG", "FORCE_COLOR", "LANGUAGE"):
    os.environ.pop(name, None)

# Who runs them in the background, or with nohup, ignores signals; what the commands do with them is tried here.
for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM), signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)

settings.register_profile("crpv", derandomize=True, deadline=None, database=None)
settings.load_profile("crpv")


def pytest_collection_finish() -> None:
    """Let go of what libraries left open while they were imported, before any test is blamed for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture(autouse=True, scope="session")
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is noted of the registries of tests is not noted in the cache of who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.activate("en")
    yield
    language.activate("en")


# --- Pages in a browser: for any test that has an HTML file ---


OpenPage = Callable[..., "Page"]
# A machine without a screen, and no errand of the browser's own to the network.
_CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM.split())
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an HTML file, by default 1280 pixels wide and light; fails if a page complains or asks the network."""
    complaints: list[str] = []
    contexts = []

    def run(file: Path, width: int = 1280, scheme: str = "light") -> Page:
        def only_the_file(route: Route, request: Request) -> None:
            if request.url == file.resolve().as_uri():
                route.continue_()
            else:
                complaints.append(f"asked for {request.url}")
                route.abort()

        def heard(message: ConsoleMessage) -> None:
            complaints.append(f"{message.type}: {message.text}")

        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        context.route("**/*", only_the_file)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.resolve().as_uri())
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


# --- LibreOffice: for any test that has a workbook ---


Convert = Callable[[Path, str], Path]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """LibreOffice, and the one profile of a user that it makes for all tests of a process."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    return soffice, f"-env:UserInstallation=file://{tmp_path_factory.mktemp('office')}/profile"


@pytest.fixture
def convert(office: tuple[str, str], tmp_path: Path) -> Convert:
    """Opens a workbook with LibreOffice and saves it as another kind."""

    def run(file: Path, kind: str) -> Path:
        folder = tmp_path / f"saved-as-{kind}"
        subprocess.run(
            [*office, "--headless", "--convert-to", kind, "--outdir", str(folder), str(file)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        return folder / f"{file.stem}.{kind}"

    return run


# --- Registries made once: the reference data alone, with the demonstration, and one of nothing ---


@pytest.fixture(scope="session")
def reference_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reference") / "crpv.sqlite"
    make(path, demo=False, empty=False)
    return path


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "crpv.sqlite"
    make(path, demo=True, empty=False)
    return path


@pytest.fixture(scope="session")
def empty_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "crpv.sqlite"
    make(path, demo=False, empty=True)
    return path


@pytest.fixture
def reference(reference_path: Path) -> Iterator[sqlite3.Connection]:
    with open_reading(reference_path) as connection:
        yield connection


@pytest.fixture
def demo(demo_path: Path) -> Iterator[sqlite3.Connection]:
    with open_reading(demo_path) as connection:
        yield connection
