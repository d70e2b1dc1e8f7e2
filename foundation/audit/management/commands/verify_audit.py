from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.audit.models import AuditEvent
from foundation.audit.services import first_broken_event


class Command(BaseCommand):
    help = "Recompute the chain of audit events and name the first broken one."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_broken_event()
        if broken is not None:
            raise CommandError(f"The audit chain is broken at event {broken}")
        last = AuditEvent.objects.order_by("id").last()
        head = last.hash if last else "none"
        count = last.id if last else 0
        self.stdout.write(f"{count} events, chain whole, head {head}")
