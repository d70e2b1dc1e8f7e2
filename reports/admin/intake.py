"""An operator types what somebody says on the phone or at the desk."""

import time
from secrets import token_bytes
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from reports.admin.cookie import staff
from reports.form_tokens import seal_form
from reports.models import Questionnaire
from reports.services.filing import DRAFT_MINUTES


@never_cache
def intake_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Offer the reporter's own pages, with a draft that says it is dictated.

    Nothing is audited: an event would carry the time of the call.
    """
    if not staff(request).has_perm("reports.take_tip"):
        raise PermissionDenied
    questionnaire = Questionnaire.objects.newest()
    draft = {
        "form": token_bytes(16).hex(),
        "opened": int(time.time()),
        "version": questionnaire.version if questionnaire else 0,
        "is_dictated": True,
    }
    context = {
        **context,
        "title": _("Take a report for somebody"),
        "draft": seal_form("draft", draft, minutes=DRAFT_MINUTES),
        "is_open": questionnaire is not None,
    }
    return TemplateResponse(request, "admin/reports/intake.html", context)
