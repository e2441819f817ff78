import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)


@pytest.fixture
def chromium(monkeypatch):
    # Playwright fait tourner une boucle dans ce fil : Django doit accepter d'y lire sa base.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if not CHROMIUM:
        pytest.fail("Ce test veut Chromium : lancez ./tester, ou donnez CHROMIUM.", pytrace=False)
    with sync_playwright() as outil:
        navigateur = outil.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield navigateur
        navigateur.close()


@pytest.fixture
def page(chromium, live_server):
    """Une page française de 1280 px ; toute entorse à la CSP ou erreur de script fait échouer."""
    contexte = chromium.new_context(
        base_url=live_server.url, locale="fr-FR", viewport={"width": 1280, "height": 900}
    )
    contexte.set_default_timeout(60_000)
    onglet = contexte.new_page()
    fautes: list[str] = []
    onglet.on("pageerror", lambda erreur: fautes.append(str(erreur)))
    onglet.on(
        "console",
        lambda m: fautes.append(m.text) if "Content Security Policy" in m.text else None,
    )
    yield onglet
    contexte.close()
    assert fautes == []
