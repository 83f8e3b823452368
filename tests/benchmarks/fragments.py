"""Fragments in AppTest: a control inside one asks for that fragment only, as a browser does."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1.element_tree import ElementTree
from streamlit.testing.v1.local_script_runner import LocalScriptRunner


class Fragments:
    """What the last run of a page drew in which fragment, and which one the next run draws."""

    def __init__(self) -> None:
        """Know nothing: every run draws the whole page."""
        self._messages: Sequence[ForwardMsg] = ()
        self._next: str | None = None

    @contextmanager
    def known(self) -> Iterator[None]:
        """Listen to all pages that run meanwhile."""
        run, ask = LocalScriptRunner.run, LocalScriptRunner.request_rerun

        def heard(runner: LocalScriptRunner, *args: Any, **kwargs: Any) -> ElementTree:
            tree = run(runner, *args, **kwargs)
            self._messages = tuple(runner.forward_msgs())
            return tree

        def narrowed(runner: LocalScriptRunner, asked: RerunData) -> bool:
            if self._next is None:
                return ask(runner, asked)
            if not runner._fragment_storage.contains(self._next):
                raise LookupError(f"nothing is known of the fragment {self._next}")
            # A new runner waits for a run of the whole script, which would swallow the fragment's.
            runner._requests = ScriptRequests()
            return ask(runner, dataclasses.replace(asked, fragment_id=self._next))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LocalScriptRunner, "run", heard)
            patch.setattr(LocalScriptRunner, "request_rerun", narrowed)
            yield

    def of(self, element: Any) -> str | None:
        """Return the id of the fragment that an element was drawn in; none: of the whole page."""
        for message in self._messages:
            if message.WhichOneof("type") != "delta":
                continue
            drawn = message.delta.new_element
            kind = drawn.WhichOneof("type")
            if kind and getattr(getattr(drawn, kind), "id", None) == element.proto.id:
                return message.delta.fragment_id or None
        raise LookupError(f"{element.key} is in no message of the last run")

    @contextmanager
    def only(self, fragment: str | None) -> Iterator[None]:
        """Let runs meanwhile draw one fragment, and more only where the script asks for it."""
        self._next = fragment
        try:
            yield
        finally:
            self._next = None
