"""The guard of tests/conftest.py holds, and lets this machine's own sockets through."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request

import pytest

MATCH = "nothing may leave the machine"


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("192.0.2.1", 80)),
        (socket.AF_INET, ("10.0.0.1", 80)),
        (socket.AF_INET6, ("2001:db8::1", 80, 0, 0)),
    ],
)
def test_other_machines_are_out_of_reach(family, address):
    if family == socket.AF_INET6 and not socket.has_ipv6:
        family, address = socket.AF_INET, ("198.51.100.1", 80)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(family, kind) as one, pytest.raises(AssertionError, match=MATCH):
            one.connect(address)
    with (
        socket.socket(family, socket.SOCK_DGRAM) as one,
        pytest.raises(AssertionError, match=MATCH),
    ):
        one.sendto(b"x", address)


def test_names_are_not_even_asked_for():
    with pytest.raises(AssertionError, match=MATCH):
        socket.getaddrinfo("example.org", 80)
    with pytest.raises(AssertionError, match=MATCH):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_this_machine_can_talk_to_itself():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        client.sendall(b"x")
        other, _ = server.accept()
        with other:
            assert other.recv(1) == b"x"


def test_the_guard_holds_in_processes_that_are_started():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode
    assert MATCH in done.stderr
