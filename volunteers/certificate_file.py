"""A certificate of hours as a tagged PDF, with the address of its check as QR code."""

from io import BytesIO
from pathlib import Path

import orjson
import segno
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from foundation.languages import current_language
from foundation.templatetags.portal_text import day, number
from volunteers.models import Certificate

TEMPLATE = Path(__file__).with_name("certificate.typ")


def check_url(certificate: Certificate) -> str:
    path = f"/{current_language()}/volunteers/certificates/{certificate.serial}/"
    return f"{settings.PUBLIC_URL}{path}"


def certificate_pdf(certificate: Certificate, *, issuer: str) -> bytes:
    """Return the certificate in the reader's language."""
    url = check_url(certificate)
    code = BytesIO()
    segno.make(url, error="m").save(code, kind="svg", border=0)
    words = {
        "language": current_language(),
        "title": _("Certificate of volunteer hours"),
        "issuer": issuer,
        "name": certificate.name,
        "hours": _("Confirmed hours: %(hours)s")
        % {"hours": number(certificate.hours, 1)},
        "initiatives": _("Initiatives: %(number)s")
        % {"number": number(certificate.initiatives, 0)},
        "period": f"{day(certificate.first_on)} – {day(certificate.last_on)}",
        "issued": _("Issued on %(day)s") % {"day": day(certificate.issued_on)},
        "serial": _("Serial number %(serial)s") % {"serial": certificate.serial},
        "check": _("Anybody can check this certificate here:"),
        "url": url,
        "code_alt": _("QR code with the address of the check"),
        "code": code.getvalue().decode(),
        "demo": _("Made up for a demonstration") if certificate.is_demo else "",
    }
    return bytes(
        typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"words": orjson.dumps(words).decode()},
        )
    )
