from typing import Any

from django.core.management.base import BaseCommand

from foundation.search.registry import kinds
from foundation.search.services import reindex


class Command(BaseCommand):
    help = "Write what can be found anew, all of it or some kinds."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("kinds", nargs="*", choices=[[], *kinds()])

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["kinds"] or kinds():
            number = reindex(kinds()[name])
            self.stdout.write(f"{name}: {number}")
