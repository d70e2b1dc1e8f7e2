from datetime import date

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from corruption_map.models import (
    DetectionSource,
    Evidence,
    Measure,
    ProgressReport,
    PublicComment,
    Risk,
    RiskAnalysis,
    RiskAssessment,
    SourceDocument,
    Sphere,
    VulnerablePosition,
)
from tests.factories.accounts import UserFactory
from tests.factories.territory import AreaFactory, PublicBodyFactory


class SphereFactory(DjangoModelFactory):
    class Meta:
        model = Sphere

    code = Sequence(lambda n: f"sphere-{n}")
    name_kk = Sequence(lambda n: f"{n}-сала")
    name_ru = Sequence(lambda n: f"Сфера {n}")
    name_en = Sequence(lambda n: f"Sphere {n}")


class DetectionSourceFactory(DjangoModelFactory):
    class Meta:
        model = DetectionSource

    code = Sequence(lambda n: f"detection-{n}")
    name_kk = Sequence(lambda n: f"{n}-талдау")
    name_ru = Sequence(lambda n: f"Анализ {n}")
    name_en = Sequence(lambda n: f"Analysis {n}")


class SourceDocumentFactory(DjangoModelFactory):
    class Meta:
        model = SourceDocument

    code = Sequence(lambda n: f"document-{n}")
    title_kk = Sequence(lambda n: f"{n}-баяндама")
    title_ru = Sequence(lambda n: f"Доклад {n}")
    title_en = Sequence(lambda n: f"Report {n}")


class RiskFactory(DjangoModelFactory):
    class Meta:
        model = Risk

    class Params:
        in_review = Trait(state=Risk.State.IN_REVIEW)
        published = Trait(
            state=Risk.State.PUBLISHED, published_at=LazyFunction(timezone.now)
        )
        closed = Trait(state=Risk.State.CLOSED, published_at=LazyFunction(timezone.now))

    public_id = Sequence(lambda n: f"RISK{n:06}")
    year = 2024
    area = SubFactory(AreaFactory)
    sphere = SubFactory(SphereFactory)
    detection_source = SubFactory(DetectionSourceFactory)
    title_kk = Sequence(lambda n: f"{n}-тәуекел")
    title_ru = Sequence(lambda n: f"Риск {n}")
    title_en = Sequence(lambda n: f"Risk {n}")


class RiskAssessmentFactory(DjangoModelFactory):
    class Meta:
        model = RiskAssessment

    risk = SubFactory(RiskFactory)
    kind = RiskAssessment.Kind.CURRENT
    likelihood = 3
    impact = 4
    assessed_on = date(2024, 5, 6)


class MeasureFactory(DjangoModelFactory):
    class Meta:
        model = Measure

    class Params:
        reported = Trait(
            state=Measure.State.REPORTED_DONE,
            reported_by=SubFactory(UserFactory),
            reported_on=date(2024, 6, 1),
        )
        verified = Trait(
            reported=True,
            state=Measure.State.VERIFIED_DONE,
            verified_by=SubFactory(UserFactory),
            verified_on=date(2024, 7, 1),
        )

    public_id = Sequence(lambda n: f"MEAS{n:06}")
    risk = SubFactory(RiskFactory)
    text_kk = Sequence(lambda n: f"{n}-шара")
    text_ru = Sequence(lambda n: f"Мера {n}")
    text_en = Sequence(lambda n: f"Measure {n}")


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = Evidence

    measure = SubFactory(MeasureFactory)
    title_en = "Order"
    url = "https://example.org/order"
    added_on = date(2024, 6, 2)


class ProgressReportFactory(DjangoModelFactory):
    class Meta:
        model = ProgressReport

    measure = SubFactory(MeasureFactory)
    year = 2024
    quarter = 1
    claimed_state = Measure.State.IN_PROGRESS
    reported_on = date(2024, 4, 10)


class RiskAnalysisFactory(DjangoModelFactory):
    class Meta:
        model = RiskAnalysis

    body = SubFactory(PublicBodyFactory)
    kind = RiskAnalysis.Kind.INTERNAL
    done_on = date(2023, 1, 10)
    next_due_on = date(2024, 7, 10)


class VulnerablePositionFactory(DjangoModelFactory):
    class Meta:
        model = VulnerablePosition

    public_id = Sequence(lambda n: f"POST{n:06}")
    body = SubFactory(PublicBodyFactory)
    title_kk = Sequence(lambda n: f"{n}-лауазым")
    title_ru = Sequence(lambda n: f"Должность {n}")
    title_en = Sequence(lambda n: f"Position {n}")


class PublicCommentFactory(DjangoModelFactory):
    class Meta:
        model = PublicComment

    class Params:
        published = Trait(state=PublicComment.State.PUBLISHED)
        replied = Trait(
            published=True, reply_en="It is being mended", replied_on=date(2024, 6, 3)
        )

    public_id = Sequence(lambda n: f"COMM{n:06}")
    risk = SubFactory(RiskFactory, published=True)
    text = "The queue is still there"
    language = "en"
    received_on = date(2024, 6, 1)
