from django.contrib import admin

from foundation.audit.models import AuditEvent
from foundation.read_only import ReadOnly


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly, admin.ModelAdmin[AuditEvent]):
    list_display = ["id", "at", "actor", "action", "target_kind", "target_id"]
    list_filter = ["action", "target_kind"]
    search_fields = ["=target_id"]
    list_select_related = ["actor"]
