from typing import Any

from django.core.management.base import BaseCommand

from portal.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues; needs no gettext on the machine."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_catalogues():
            self.stdout.write(f"compiled {path.parent.parent.name}/{path.name}")
