"""The receiver: takes posted answers, and nothing else, on this computer unless told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from collective_use.errors import CollectiveUseError, InputError, OutputError
from collective_use.responses.receive.store import Store

LARGEST = 512_000
"""Bytes of one answer; a form of 500 questions needs about 20,000."""
_PATIENCE = 20.0
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def allowed_origin(origin: str | None, allowed: Sequence[str]) -> bool:
    """Tell whether a page may hand in here.

    Parameters
    ----------
    origin
        What the browser says about the page: ``null`` for a page opened as a file, None for a
        program that is no browser.
    allowed
        The web addresses that were allowed; without any, pages opened as files and pages of this
        computer.

    Examples
    --------
    >>> allowed_origin("https://evil.example", []), allowed_origin("null", [])
    (False, True)
    >>> allowed_origin("null", ["https://survey.example.org"])
    False
    """
    if origin is None:
        return not allowed
    if allowed:
        return origin in allowed
    return origin == "null" or urlsplit(origin).hostname in _LOOPBACK


def checked_origin(text: str) -> str:
    """Return a web address as browsers name it.

    Raises
    ------
    InputError
        When it is no address of a web site.

    Examples
    --------
    >>> checked_origin("https://Survey.example.org/page.html")
    'https://survey.example.org'
    """
    if text == "null":
        return text
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"--origin must be like https://survey.example.org, or null, got {text!r}")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


class Receiver(ThreadingHTTPServer):
    """Takes answers until it is closed.

    Parameters
    ----------
    place
        Address and port; port 0 for a free one.
    store
        Where answers go.
    origins
        Web addresses of pages that may hand in, from `checked_origin`.
    largest
        Bytes of one answer at most.
    said
        Called with a sentence for each answer; it names no person.
    """

    daemon_threads = True

    def __init__(
        self,
        place: tuple[str, int],
        store: Store,
        *,
        origins: Sequence[str] = (),
        largest: int = LARGEST,
        said: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store, self.origins, self.largest, self.said = store, tuple(origins), largest, said
        super().__init__(place, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    server_version = "collective-use"
    sys_version = ""
    timeout = _PATIENCE
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self) -> None:
        """Answer a browser that asks whether a page may hand in."""
        self._reply(204 if self._welcome() else 403)

    def do_POST(self) -> None:
        """Take one answer."""
        if not self._welcome():
            self._reply(403, "This page may not hand in here.")
            return
        body = self._body()
        if body is None:
            return
        try:
            name = self.server.store.take(body)
        except OutputError as problem:
            self.server.said(f"An answer could not be kept: {problem}")
            self._reply(507, "The answer could not be kept.")
        except CollectiveUseError as problem:
            self.server.said(f"Something was refused: {problem}")
            self._reply(422, str(problem))
        else:
            self.server.said(f"Answer {self.server.store.taken}: {name}")
            self._reply(201, "Received.")

    def do_GET(self) -> None:
        """Show nothing of what was handed in."""
        self._reply(405, "Answers are handed in by POST; nothing is shown here.")

    def do_HEAD(self) -> None:
        """Show nothing either."""
        self.do_GET()

    def _welcome(self) -> bool:
        return allowed_origin(self.headers.get("Origin"), self.server.origins)

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not length.isascii() or not length.isdigit():
            self._reply(411, "The length of the answer must be given.")
            return None
        if int(length) > self.server.largest:
            self._reply(413, f"An answer has at most {self.server.largest} bytes.")
            return None
        try:
            body = self.rfile.read(int(length))
        except (TimeoutError, ConnectionError):
            self.close_connection = True
            return None
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _reply(self, status: int, text: str = "") -> None:
        content = b"" if status == 204 else json.dumps({"message": text}).encode("utf-8")
        origin = self.headers.get("Origin")
        self.send_response(status)
        if origin and self._welcome():
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Vary", "Origin")
            self.send_header("Access-Control-Allow-Methods", "POST")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Access-Control-Max-Age", "600")
            if self.headers.get("Access-Control-Request-Private-Network"):
                self.send_header("Access-Control-Allow-Private-Network", "true")
        if status >= 400:
            # What was not read would be taken for the next request.
            self.send_header("Connection", "close")
            self.close_connection = True
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, RUF100
        """Keep no log of addresses: who answered from where is nobody's business."""
