"""Twenty people at once: each clicks through all views of one server, and looks at other users.

``python -m tests.benchmarks.sessions`` starts ``streamlit run`` on a fabricated run and speaks its
protocol over websockets, as browsers do: a click is a request to run the script again, with the
address and the page; it is answered when the server says that the script has finished. In a round
everybody opens every view, in an order of their own, and looks at one more user there; in the User
view they also press "next". Between two clicks people read for a while, from half to one and a half
times ``--pause``. Everything is sent in full, since these clients remember no earlier message.

An error is a script exception, a sentence of the app that begins with a failure (``st.error``), or
a lost connection. The first round is the warm-up. Memory is the server's resident size after each
round; the clients are another process.
"""

import asyncio
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect

from app.components.tour import COOKIE
from app.views.registry import VIEWS
from tests.benchmarks.kept_run import asked_for, environment, size_parser
from tests.serve import Server, running

P95_SECONDS = 1.5
NEXT = "next ▸"
ANSWER_SECONDS = 120


@dataclass
class Log:
    """What was measured: seconds per kind of click, bytes, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    received: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass
class Visitor:
    """One browser's side of a session.

    Attributes:
        socket: the connection.
        log: what is measured.
        query: the address's query, as the server last wrote it.
        page: hash of the page that is shown; empty before the first answer.
        pages: hashes by the views' modules.
        buttons: ids of the buttons on the page, by what stands on them.
    """

    socket: ClientConnection
    log: Log
    query: str = ""
    page: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)

    async def click(self, kind: str, *, press: str = "") -> None:
        """Ask for a run of the script and note how long the answer takes.

        Args:
            kind: of the click, a row of the table.
            press: id of a button.
        """
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        if press:
            state.widget_states.widgets.add(id=press, trigger_value=True)
        self.buttons.clear()
        start = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        async with asyncio.timeout(ANSWER_SECONDS):
            while not self._take(ForwardMsg.FromString(await self._message())):
                pass
        self.log.seconds[kind].append(time.perf_counter() - start)

    async def _message(self) -> bytes:
        data = await self.socket.recv()
        self.log.received += len(data)
        return data if isinstance(data, bytes) else data.encode()

    def _take(self, message: ForwardMsg) -> bool:
        """Note what a message says; True: the script has finished."""
        match message.WhichOneof("type"):
            case "navigation":
                known = {page.url_pathname: page for page in message.navigation.app_pages}
                pages = {name or VIEWS[0].module: page for name, page in known.items()}
                self.pages = {name: page.page_script_hash for name, page in pages.items()}
                self.page = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta":
                self._element(message.delta.new_element)
            case "script_finished":
                done = message.script_finished
                if done == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self.log.errors.append("the script could not be compiled")
                return done != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _element(self, element: object) -> None:
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        if kind == "button":
            button = element.button  # type: ignore[attr-defined]
            if not button.disabled:
                self.buttons[button.label] = button.id
        elif kind == "exception":
            self.log.errors.append(element.exception.message)  # type: ignore[attr-defined]
        elif kind == "alert" and element.alert.format == Alert.ERROR:  # type: ignore[attr-defined]
            self.log.errors.append(element.alert.body)  # type: ignore[attr-defined]

    def ask(self, **changed: str) -> None:
        """Change the address, as a link does; another user takes event and window along."""
        query = dict(parse_qsl(self.query)) | changed
        if "user" in changed:
            query = {key: value for key, value in query.items() if key not in ("step", "window")}
        self.query = urlencode(query)


async def visit(visitor: Visitor, users: Sequence[str], pause: float, seed: int) -> None:
    """Go once through all views.

    Args:
        visitor: who.
        users: ids of users nobody looked at: one more than there are views.
        pause: mean seconds between two clicks.
        seed: of the order of views and of the pauses.
    """
    rng = np.random.default_rng(seed)

    async def read() -> None:
        await asyncio.sleep(pause * rng.uniform(0.5, 1.5))

    await asyncio.sleep(pause * rng.uniform(0, 1))
    if not visitor.pages:
        visitor.ask(user=users[-1])
        await visitor.click("arrive")
        await read()
    order = rng.permutation([view.module for view in VIEWS])
    for name, user in zip(order, users, strict=False):
        visitor.page = visitor.pages[str(name)]
        await visitor.click("open a view")
        await read()
        visitor.ask(user=user)
        await visitor.click("another user")
        await read()
        if NEXT in visitor.buttons:
            await visitor.click("press next", press=visitor.buttons[NEXT])
            await read()


async def rounds(
    server: Server, users: Sequence[str], people: int, n: int, pause: float
) -> tuple[list[Log], list[int]]:
    """Let people go through all views n times; return what each round measured and its memory."""
    logs, memory = [], []
    left = iter(users)
    each = len(VIEWS) + 1
    process = psutil.Process(server.pid)
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    sockets = [
        await connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None,
            ping_interval=None,  # as browsers: a busy server is waited for
            additional_headers={"Cookie": f"{COOKIE}=seen"},
        )
        for _ in range(people)
    ]  # fmt: skip
    visitors = [Visitor(socket, Log()) for socket in sockets]
    try:
        for number in range(n):
            log = Log()
            cpu, start = sum(process.cpu_times()[:2]), time.perf_counter()
            tasks = []
            for place, visitor in enumerate(visitors):
                visitor.log = log
                own = list(itertools.islice(left, each))
                tasks.append(visit(visitor, own, pause, number * people + place))
            failed = await asyncio.gather(*tasks, return_exceptions=True)
            log.errors += [repr(error) for error in failed if isinstance(error, BaseException)]
            spent = sum(process.cpu_times()[:2]) - cpu
            logs.append(log)
            memory.append(process.memory_info().rss)
            clicks = sum(map(len, log.seconds.values()))
            took = time.perf_counter() - start
            Console(stderr=True).print(
                f"round {number + 1}: {clicks} clicks in {took:.0f} s, {1_000 * spent / clicks:.0f}"
                f" ms CPU a click, {len(log.errors)} errors, {memory[-1] / 2**20:.0f} MiB"
            )
            for error in sorted(set(log.errors)):
                Console(stderr=True).print(f"error: {error}", markup=False)
    finally:
        for socket in sockets:
            await socket.close()
    return logs, memory


def report(logs: Sequence[Log], memory: Sequence[int], title: str) -> None:
    """Print the two tables: clicks of all rounds but the first, and memory by round."""
    console = Console(width=110)
    table = Table(title=title)
    for column in ("click", "n", "p50 s", "p95 s", "max s"):
        table.add_column(column, justify="left" if column == "click" else "right")
    warm = logs[1:] or logs
    kinds = sorted({kind for log in warm for kind in log.seconds})
    times = {kind: [value for log in warm for value in log.seconds[kind]] for kind in kinds}
    times["all"] = [value for kind in kinds for value in times[kind]]
    for kind, values in times.items():
        cells = (f"{value:.2f}" for value in np.percentile(values, [50, 95, 100]))
        table.add_row(kind, f"{len(values):,}", *cells)
    console.print(table)
    grown = Table(title="resident memory of the server")
    for column in ("after round", "MiB", "growth, MiB", "errors", "MB sent"):
        grown.add_column(column, justify="right")
    for place, (log, size) in enumerate(zip(logs, memory, strict=True)):
        more = "" if not place else f"{(size - memory[place - 1]) / 2**20:+.0f}"
        sent = f"{log.received / 1e6:,.0f}"
        grown.add_row(str(place + 1), f"{size / 2**20:,.0f}", more, str(len(log.errors)), sent)
    console.print(grown)
    errors = [error for log in logs for error in log.errors]
    for error in sorted(set(errors)):
        console.print(f"error, {errors.count(error)} times: {error}", markup=False)
    reached = not errors and np.percentile(times["all"], 95) < P95_SECONDS
    console.print(f"no error, p95 under {P95_SECONDS} s: {'reached' if reached else 'NOT reached'}")


def main() -> None:
    """Fabricate where needed, serve, click, print."""
    parser = size_parser(__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--pause", type=float, default=5.0, help="mean seconds between clicks")
    given = parser.parse_args()
    place, users = asked_for(given)
    load = os.getloadavg()[0]
    with running("server-sessions.log", environment(place)) as server:
        asked = rounds(server, users, given.sessions, given.rounds, given.pause)
        logs, memory = asyncio.run(asked)
        said = server.log.read_text()
    logs[-1].errors += ["a traceback in the server's log"] * said.count("Traceback")
    what = f"{given.steps:,} steps of {given.users:,} users"
    report(logs, memory, f"{given.sessions} sessions, {given.pause:g} s between clicks, {what}")
    print(f"load average before {load:.1f}, after {os.getloadavg()[0]:.1f}, "
          f"{os.cpu_count()} cores")  # fmt: skip


if __name__ == "__main__":
    main()
