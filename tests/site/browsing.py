"""Browsers for tests: one window for each person, which remembers what should not have happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client as DjangoClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.factories import Team

ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
]  # fmt: skip

#: WCAG 2.2's size of targets is a rule that axe leaves off unless it is asked for.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
PASSWORD = "correct horse battery"


@dataclass
class Window:
    """A browser of one person, which remembers what should not have happened."""

    context: BrowserContext
    base: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 40" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"request: {url}")

    def open(self, address: str) -> Page:
        self.page.goto(self.base + address)
        return self.page

    def press(self, button: str) -> Page:
        self.page.get_by_role("button", name=button, exact=True).click()
        self.page.wait_for_load_state()
        return self.page


class Windows:
    """Makes windows: with a session, or with the sign-in form."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.made: list[Window] = []

    def __call__(self, team: Team | None = None, name: str = "", **options: object) -> Window:
        context = self.browser.new_context(**({"reduced_motion": "reduce"} | options))  # type: ignore[arg-type]
        if team is not None:
            django = DjangoClient()
            django.force_login(team.users[name], backend="django.contrib.auth.backends.ModelBackend")
            context.add_cookies([{"name": "sessionid", "value": django.cookies["sessionid"].value, "url": self.base}])
        window = Window(context, self.base)
        self.made.append(window)
        return window


def sign_in(window: Window, team: Team, name: str) -> None:
    user = team.users[name]
    user.set_password(PASSWORD)
    user.save()
    window.open("/login/")
    window.page.get_by_label("Email").fill(user.email)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.press("Sign in")
