"""Nothing leaves the machine: a test that reaches for the network fails, whatever it is about."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_REACHING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_NAMED = ("socket.getaddrinfo", "socket.gethostbyname")


class NetworkReached(AssertionError):
    """The code under test tried to reach another machine."""


def outside(address: Any) -> bool:
    """Tell whether an address is another machine; sockets of this machine are let through."""
    if not isinstance(address, tuple) or not address:
        return False
    return named_outside(address[0])


def named_outside(host: Any) -> bool:
    """Tell whether a name or number stands for another machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return False
    try:
        number = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return True
    return not (number.is_loopback or number.is_unspecified)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a connection, or a search for a name, before it leaves the machine.

    An audit hook sees what libraries in C do through Python's sockets, too, and nobody can
    take it off again.
    """
    if event in _REACHING and outside(arguments[1]):
        raise NetworkReached(f"a test reached for {arguments[1]!r}: nothing may leave the machine")
    if event in _NAMED and named_outside(arguments[0]):
        raise NetworkReached(f"a test asked for {arguments[0]!r}: nothing may leave the machine")


if not getattr(sys, "_collective_use_watched", False):
    sys._collective_use_watched = True  # type: ignore[attr-defined]
    sys.addaudithook(watch)
