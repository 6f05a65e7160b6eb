"""Fields of results that are made when somebody reads them, and kept from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Generic, TypeVar, cast

from collective_use.accepted import Arguments, Found

T = TypeVar("T")
R = TypeVar("R")


class Later(Generic[T]):
    """What a field holds until it is read."""

    def made(self) -> T:
        """Return what stands in the field from then on."""
        raise NotImplementedError

    def field(self) -> T:
        """Return itself, for a field that is made when it is read."""
        return cast("T", self)


@dataclass(frozen=True, slots=True)
class _Field:
    """The descriptor of a field: it goes before what the object holds under the same name."""

    name: str

    def __get__(self, holder: object | None, owner: type) -> Found:
        if holder is None:
            raise AttributeError(self.name)
        held = holder.__dict__[self.name]
        if isinstance(held, Later):
            held = holder.__dict__[self.name] = held.made()
        return held

    def __set__(self, holder: object, value: object) -> None:
        holder.__dict__[self.name] = value


def made_when_read(*names: str) -> Callable[[type[R]], type[R]]:
    """Let fields of a frozen dataclass be given as `Later`.

    Whoever reads such a field gets the same object each time, as of any other; whoever does not
    pays neither time nor memory for it.

    Parameters
    ----------
    names
        The fields.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> class Dear(Later[list[int]]):
    ...     def made(self) -> list[int]:
    ...         print("made")
    ...         return [1]
    >>> @made_when_read("numbers")
    ... @dataclass(frozen=True)
    ... class Found:
    ...     numbers: list[int]
    >>> found = Found(Dear().field())
    >>> found.numbers is found.numbers
    made
    True
    >>> Found([2]).numbers
    [2]
    """

    def with_them(made: type[R]) -> type[R]:
        for name in names:
            setattr(made, name, _Field(name))
        return made

    return with_them


def held_in(result: object, name: str) -> object:
    """Return what a field holds, without making it."""
    return result.__dict__[name]


def with_fields(result: R, **changes: Arguments) -> R:
    """Return a result with other fields, as `dataclasses.replace`, without making what is not read.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Found:
    ...     a: int
    ...     b: int
    >>> with_fields(Found(1, 2), b=3)
    Found(a=1, b=3)
    """
    parts: Found = result
    held = {part.name: held_in(result, part.name) for part in fields(parts) if part.init}
    return type(result)(**{**held, **changes})
