"""Draw a certificate as PDF/UA-1, its signed credential attached."""

import json
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from courses.models import Certificate
from foundation.languages import current_language
from foundation.open_data.registry import publisher_names
from foundation.templatetags.portal_text import day, number

FONTS = settings.BASE_DIR / "data" / "courses" / "fonts"
TEMPLATE = Path(__file__).with_name("certificate.typ")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]
    )


def percent_text(certificate: Certificate) -> str:
    return f"{number(certificate.percent, 1)} %"


def facts(certificate: Certificate) -> list[tuple[str, str]]:
    rows = [
        (_("Number"), spaced_serial(certificate.serial)),
        (_("Issued on"), day(certificate.issued_at)),
        (_("Result of the final test"), percent_text(certificate)),
        (_("Version of the course"), str(certificate.enrolment.version.number)),
    ]
    if certificate.valid_until:
        rows.insert(2, (_("Valid until"), day(certificate.valid_until)))
    return rows


def spaced_serial(serial: str) -> str:
    return " ".join(serial[n : n + 5] for n in range(0, len(serial), 5))


def certificate_pdf(certificate: Certificate) -> bytes:
    """Return the file in the reader's language; a page takes some 0.1 s."""
    language = current_language()
    address = f"{settings.PUBLIC_URL}{certificate.get_absolute_url()}"
    drawing = BytesIO()
    segno.make(address, error="m").save(drawing, kind="svg", border=2, scale=4)
    issuer = publisher_names()
    content = {
        "language": language,
        "title": _("Certificate"),
        "issuer": issuer.get(language) or next(iter(issuer.values()), ""),
        "name": certificate.holder_name,
        "statement": _("has completed the course and passed its final test"),
        "course": certificate.enrolment.version.title.plain,
        "facts": facts(certificate),
        "check": _("Check this certificate:"),
        "address": address,
        "alt": _("QR code that opens the check page of this certificate"),
        "attachment": _("Signed credential, Open Badges 3.0"),
        "qr": drawing.getvalue().decode(),
        "jwt": certificate.jwt,
    }
    made = typst.compile(
        TEMPLATE,
        font_paths=_fonts(),
        sys_inputs={"certificate": json.dumps(content, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=certificate.issued_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made
