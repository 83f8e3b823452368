"""What every test has: one thread, no network, the shared logs where they are at hand."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
LOGS = REPOSITORY.parent / "shared" / "data"
_NEAR = ("127.", "::1", "localhost", "0.0.0.0")

SharedData = Callable[[str], Path]


def pytest_configure() -> None:
    """Before anything imports torch: one thread, here and in children; no network."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    sys.addaudithook(_stay_here)
    settings.register_profile("house", deadline=None)  # a busy machine is not a defect
    settings.load_profile("house")


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a connection that leaves this machine: the tests must pass without a network."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not host.startswith(_NEAR):
            raise ConnectionRefusedError(f"a test tried to reach {host}: tests use no network")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a GPU where there is none (torch is only imported if something asks)."""
    on_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not on_gpu:
        return
    import torch

    if not torch.cuda.is_available():
        for item in on_gpu:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device; torch finds none"))


@pytest.fixture(scope="session")
def shared_data() -> SharedData:
    """Path of a file or folder of the research logs, which the project does not ship.

    ``shared_data("beauty/Beauty.txt.gz")`` skips the test where it is not at hand.
    """

    def find(name: str) -> Path:
        path = LOGS / name
        if not path.exists():
            pytest.skip(f"the public research log {name} is not at ../shared/data (not shipped)")
        return path

    return find
