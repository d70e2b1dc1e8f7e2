from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from corruption_map.shipped import load_map
from courses.shipped import load_courses
from foundation.territory.shipped import load_territory
from indicators.shipped import load_statistics
from library.shipped import load_library
from portal.shipped import load_authority
from reports.shipped import load_reports
from surveys.shipped import load_surveys
from volunteers.shipped import load_volunteers


class Command(BaseCommand):
    help = "Add what is missing of the real data in data/; nothing stored is changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_authority() + load_territory() + load_map()
        added += load_statistics() + load_library() + load_reports()
        added += load_volunteers() + load_courses()
        added += load_surveys()
        if added:
            call_command("reindex", verbosity=0)
            count_tables()
        self.stdout.write(f"{added} rows added")


def count_tables() -> None:
    """Let PostgreSQL count the new rows: the first visitor comes before it does so itself.

    Not inside a transaction, which may still be rolled back, unlike the counts.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
