"""Things that are chosen by name, ours and those of other packages; each is imported on first use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar, cast

from expressiveness.errors import ConfigError

Thing = TypeVar("Thing")


def closest(name: str, known: Iterable[str]) -> str | None:
    """The one of some names that is most like another, capitals aside; None if none is."""
    by_look = {one.lower(): one for one in known}
    near = get_close_matches(name.lower(), by_look, n=1)
    return by_look[near[0]] if near else None


def what_else(name: str, known: Iterable[str]) -> str:
    """What to choose in place of a name that nothing has, for an error: the closest one, or else all.

    Args:
        name: that was asked for.
        known: those that there are.
    """
    known = list(known)
    near = closest(name, known)
    return f"did you mean {near!r}?" if near else f"choose from {', '.join(known) or 'none, as there are none'}"


class Registry(Mapping[str, Thing], Generic[Thing]):
    """Things by name. Ours come first, in the order given, then those of installed packages.

    Another package adds one with an entry point in the registry's group; a script or notebook calls `add`.

    Args:
        group: the entry points, as in "expressiveness.models".
        noun: what is chosen, for error messages, as in "model".
        own: our own, each as "package.module:attribute".
    """

    def __init__(self, group: str, noun: str, own: Mapping[str, str]) -> None:
        self.group = group
        self.noun = noun
        self._places: dict[str, str] = dict(own)
        self._things: dict[str, Thing] = {}

    def __repr__(self) -> str:
        return f"<{self.noun}s: {', '.join(self)}>"

    def add(self, name: str, thing: Thing) -> None:
        """Register a thing for the lifetime of this process; it replaces one added earlier under the same name.

        Raises:
            ConfigError: the name is ours or another package's.
        """
        if name in self._places or name in self._others():
            raise ConfigError(f"{self.noun} {name!r} exists already; choose another name")
        self._things[name] = thing

    def __getitem__(self, name: str) -> Thing:
        if name not in self._things:
            self._things[name] = self._loaded(name)
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places or name in self._things or name in self._others()

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._places, *self._things, *self._others()]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _loaded(self, name: str) -> Thing:
        if place := self._places.get(name):
            module, _, attribute = place.partition(":")
            return cast(Thing, getattr(import_module(module), attribute))
        if other := self._others().get(name):
            return cast(Thing, other.load())
        # Not the KeyError of other mappings: it would show the message in quotes.
        raise ConfigError(f"no {self.noun} {name!r}; {what_else(str(name), self)}")

    def _others(self) -> dict[str, Any]:
        return {point.name: point for point in entry_points(group=self.group)}
