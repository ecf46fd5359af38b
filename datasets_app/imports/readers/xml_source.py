"""Opens XML of strangers: no document types, no entities, no bottomless nesting."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from datasets_app.imports.checks import name_of, refuse, show
from datasets_app.imports.readers.columns import to_number, to_whole
from datasets_app.imports.readers.source import MAX_DEPTH, read_text


@dataclass(frozen=True, slots=True)
class Node:
    """An element and its place, so that each wrong value ends in a sentence that names it."""

    element: Element
    where: str

    @property
    def tag(self) -> str:
        """The name of the element."""
        return str(self.element.tag)

    def text(self, key: str) -> str:
        """An XML attribute; it may be empty."""
        value = self.element.get(key)
        if value is None:
            refuse(self.where, f"has no {key}")
        return value

    def number(self, key: str) -> float:
        """An XML attribute that is a number."""
        return to_number(self.text(key), key, self.where)

    def whole(self, key: str) -> int:
        """An XML attribute that is a whole number of 0 or more."""
        return to_whole(self.text(key), key, self.where)

    def points(self, key: str = "points", *, at_least: int = 1) -> list[list[float]]:
        """An XML attribute that is a list of points: x,y;x,y;…"""
        pairs = [pair.split(",") for pair in self.text(key).split(";")]
        if len(pairs) < at_least or any(len(pair) != 2 for pair in pairs):
            refuse(self.where, f"has {key} {show(self.text(key))}, which is not {at_least} or more points x,y;x,y")
        return [[to_number(x, key, self.where), to_number(y, key, self.where)] for x, y in pairs]

    def rest(self, *known: str) -> dict[str, str]:
        """The XML attributes that are not known: they go on as they are."""
        return {str(key): value for key, value in self.element.items() if key not in known}

    def children(self, where: str) -> Iterator[Node]:
        """The elements in this one; `where` is followed by their number, counted from 1."""
        for position, child in enumerate(self.element, start=1):
            yield Node(child, f"{where} {position} ({show(str(child.tag))})")


def nodes_of(path: Path, root_tag: str) -> Iterator[Node]:
    """The elements directly below the root, one after another, so that a large file need not fit as a tree."""
    name = name_of(path)
    root: Element | None = None
    depth = 0
    try:
        for event, element in iterparse(io.StringIO(read_text(path)), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if root is None:
                root = element
                if element.tag != root_tag:
                    refuse(name, f"begins with {show(str(element.tag))} instead of {show(root_tag)}")
            if depth > MAX_DEPTH:
                refuse(name, f"is nested deeper than {MAX_DEPTH} levels")
            if event == "end" and depth == 1:
                yield Node(element, f"{name}: {element.tag}")
                root.clear()
    except ParseError as error:
        refuse(f"{name}:{error.position[0]}", "is not XML")
    except DefusedXmlException:
        refuse(name, "has a document type or entities, which are not read from strangers")
