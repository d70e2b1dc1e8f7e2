"""What of this room can be found."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from corruption_map.models import Measure, Risk, VulnerablePosition
from foundation.languages import languages
from foundation.search.registry import Document, Kind, declare, texts


def risks(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Risk.objects.public().with_names()
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for risk in rows.iterator(chunk_size=500):
        own = texts(risk, "description", "response", "process", "body_note")
        sphere, area = texts(risk.sphere, "name"), texts(risk.area, "name")
        body = texts(risk.body, "name") if risk.body else {}
        yield Document(
            public_id=risk.public_id,
            title=texts(risk, "title"),
            body={
                code: "\n".join(
                    filter(None, (own[code], sphere[code], body.get(code), area[code]))
                )
                for code in languages()
            },
            path=f"/risks/{risk.public_id}/",
            year=risk.year,
            area=risk.area.iso,
        )


def measures(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = Measure.objects.public().with_names()
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for measure in rows.iterator(chunk_size=500):
        risk = texts(measure.risk, "title")
        executor = texts(measure.executor, "name") if measure.executor else {}
        yield Document(
            public_id=measure.public_id,
            title=texts(measure, "text"),
            body={
                code: "\n".join(filter(None, (risk[code], executor.get(code))))
                for code in languages()
            },
            path=f"/measures/{measure.public_id}/",
            year=measure.risk.year,
            area=measure.risk.area.iso,
        )


def positions(public_ids: Sequence[str] | None) -> Iterator[Document]:
    rows = VulnerablePosition.objects.filter(is_published=True)
    if public_ids is not None:
        rows = rows.filter(public_id__in=public_ids)
    for position in rows.select_related("body", "body__area").iterator(chunk_size=500):
        own = texts(position, "functions", "reason")
        body = texts(position.body, "name")
        yield Document(
            public_id=position.public_id,
            title=texts(position, "title"),
            body={code: f"{own[code]}\n{body[code]}" for code in languages()},
            path=f"/positions/?body={position.body.code}",
            area=position.body.area.iso,
        )


declare(Kind("corruption_map", "risk", _("Corruption risks"), risks))
declare(Kind("corruption_map", "measure", _("Measures"), measures))
declare(Kind("corruption_map", "position", _("Exposed positions"), positions))
