"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from foundation.search.registry import Document, Kind, declare, texts
from surveys.models import Survey


def surveys(codes: Sequence[str] | None) -> Iterator[Document]:
    rows = Survey.objects.public()
    if codes is not None:
        rows = rows.filter(code__in=codes)
    for survey in rows:
        yield Document(
            public_id=survey.code,
            title=texts(survey, "title"),
            body=texts(survey, "summary"),
            path=f"/surveys/{survey.code}/",
        )


declare(Kind("surveys", "survey", _("Survey"), surveys))
