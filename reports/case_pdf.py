"""A case as a tagged PDF, for those to whom it is handed."""

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.languages import current_language

TEMPLATE = Path(__file__).with_name("case.typ")


def case_pdf(facts: dict[str, Any]) -> bytes:
    """Set what was said; all of it comes as data and is never read as markup."""
    words = {
        "language": current_language(),
        "title": _("Report %(reference)s") % {"reference": facts["reference"]},
        "received": _("Received on"),
        "state": _("State"),
        "said": _("What was reported"),
        "conversation": _("Conversation"),
        "files": _("Files"),
        "forged": _("The signature of this message does not fit: do not trust it."),
    }
    made = typst.compile(
        TEMPLATE,
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[settings.BASE_DIR / "data" / "courses" / "fonts"],
        ),
        sys_inputs={"case": json.dumps({"f": facts, "w": words}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    assert isinstance(made, bytes)
    return made
