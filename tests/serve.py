"""The app as a process of its own, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
ARTEFACTS = REPOSITORY / "artefacts"
START_SECONDS = 90


class Server(NamedTuple):
    """A running app.

    Attributes:
        address: ``http://127.0.0.1:port``.
        pid: of its process.
        log: the file that it writes to.
    """

    address: str
    pid: int
    log: Path


@contextmanager
def running(
    log_name: str, places: Mapping[str, Path | str], script: str = "app/main.py"
) -> Iterator[Server]:
    """Run the app, told by environment variables where things lie; stop it in the end.

    Args:
        log_name: of the file in ``artefacts`` that its output goes to.
        places: values by the names of environment variables.
        script: what is run, from the repository.

    Raises:
        RuntimeError: it does not answer within 90 seconds.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ARTEFACTS.mkdir(exist_ok=True)
    log = ARTEFACTS / log_name
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=REPOSITORY,
            env=os.environ | {name: str(place) for name, place in places.items()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, log)
            yield Server(address, process.pid, log)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:  # a busy machine: it must not stay behind
                process.kill()
                process.wait()


@contextmanager
def serving(log_name: str, places: Mapping[str, Path | str]) -> Iterator[str]:
    """Run the app and give its address alone; see ``running``."""
    with running(log_name, places) as server:
        yield server.address


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"the app did not start: {log.read_text()[-2000:]}")
