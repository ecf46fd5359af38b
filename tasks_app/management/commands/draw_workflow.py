"""`manage.py draw_workflow`: the life cycle as a Mermaid diagram, as the README has it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tasks_app.workflow import diagram


class Command(BaseCommand):
    help = "Print the life cycle of a task as a Mermaid state diagram."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(diagram())
