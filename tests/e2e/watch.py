"""Watch a page: its console, its requests, the marks that its charts have drawn."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

PROBES = ("/_stcore/health", "/_stcore/host-config")
"""Streamlit's browser code looks for its server at the page's own path first; on a deep link
(``/scenarios``) that answers 404 and it goes on to the root. It is no fault of the app's."""

MARKS = (
    ".plotly .point, .plotly .points path, .plotly .heatmaplayer image, .plotly .sankey-link, "
    ".plotly .js-line, .plotly .js-fill"
)


class Watch:
    """Collects what a page does until it is asked."""

    def __init__(self, page: Page, server: str) -> None:
        """Listen from now on."""
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        place = urlsplit(message.location.get("url", "")).path
        probe = place.endswith(PROBES) and place not in PROBES and "404" in message.text
        if message.type == "error" and not probe:
            self.errors.append(f"{message.text} ({place})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:", f"ws{self.server[4:]}")):
            self.elsewhere.append(request.url)

    def open(self, path: str = "/", **query: str) -> None:
        """Open a view and wait until its charts stand still."""
        parts = "&".join(f"{key}={value}" for key, value in query.items())
        self.page.goto(f"{self.server}{path}?{parts}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and every chart is drawn."""
        main = self.page.locator('[data-testid="stMain"]')
        main.locator("h2, h3").first.wait_for()
        self.page.wait_for_function(
            """() => {
                const app = document.querySelector('[data-testid="stApp"]');
                const charts = document.querySelectorAll('[data-testid="stPlotlyChart"]');
                return app?.getAttribute('data-test-script-state') === 'notRunning'
                    && charts.length > 0
                    && !document.querySelector('[data-testid="stSkeleton"]')
                    && [...charts].every((chart) => chart.querySelector('.main-svg'));
            }"""
        )
        self.page.wait_for_timeout(900)  # streams and transitions come to rest

    def marks(self) -> list[int]:
        """Count what each chart has drawn: points, cells, streams, lines, painted canvases."""
        counts: list[int] = self.page.evaluate(
            """(marks) => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].map(
                (chart) => chart.querySelectorAll(marks.replaceAll('.plotly ', '')).length
                    + chart.querySelectorAll('.gl-canvas').length)""",
            MARKS,
        )
        return counts

    def title(self) -> str:
        """Return the view's title."""
        return self.page.locator('[data-testid="stMain"]').locator("h2, h3").first.inner_text()

    def sound(self) -> None:
        """Fail if the page complained or asked another host for anything."""
        assert self.errors == []
        assert self.elsewhere == []
