from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from corruption_map.shipped import load_map
from courses.shipped import load_courses
from foundation.territory.shipped import load_territory
from indicators.shipped import load_statistics
from library.shipped import load_library
from portal.shipped import load_authority
from reports.shipped import load_reports


class Command(BaseCommand):
    help = "Add what is missing of the real data in data/; nothing stored is changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_authority() + load_territory() + load_map()
        added += load_statistics() + load_library() + load_reports() + load_courses()
        if added:
            call_command("reindex", verbosity=0)
        self.stdout.write(f"{added} rows added")
