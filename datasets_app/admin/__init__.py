"""The admin of clients, people, datasets and what they hold."""

from . import content, datasets, people

__all__ = ["content", "datasets", "people"]
