"""Made-up rows for trying things out, marked as made up in every one of them.

The bodies are made up as well: a real body has no risks but those a source tells of.
The same seed gives the same rows; what has happened by today depends on the day.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from corruption_map.counts import recount_all
from corruption_map.demo_texts import (
    COMMENTS,
    POSTS,
    PROCESSES,
    REASONS,
    RETURNED,
    WEAKNESSES,
    Texts,
    example,
    joined,
)
from corruption_map.models import (
    Change,
    DeadlineChange,
    DetectionSource,
    Evidence,
    Measure,
    ProgressReport,
    PublicComment,
    Risk,
    RiskAnalysis,
    RiskAssessment,
    Sphere,
    VulnerablePosition,
)
from corruption_map.personal_data import find
from foundation.accounts.models import User
from foundation.publication import renew_pages
from foundation.search.registry import kinds
from foundation.search.services import reindex
from foundation.territory.models import Area, BodyKind, PublicBody

SEED = 2022
RISKS = 1_000
YEARS = {2022: 3, 2023: 4, 2024: 5, 2025: 6, 2026: 4}
# Two people who do not exist and cannot sign in: one reports, another verifies.
PEOPLE = {
    "reporter": ("reporter@demo.invalid", "Демонстрация: 1"),
    "verifier": ("verifier@demo.invalid", "Демонстрация: 2"),
}
STATES = {
    Risk.State.PUBLISHED: 62,
    Risk.State.CLOSED: 22,
    Risk.State.IN_REVIEW: 7,
    Risk.State.DRAFT: 6,
    Risk.State.WITHDRAWN: 3,
}
BODY_NAMES = [
    ("regional_department", ("басқарма", "управление", "department")),
    ("utility", ("коммуналдық кәсіпорын", "коммунальное предприятие", "utility")),
    (
        "quasi_public",
        ("мемлекеттік компания", "государственная компания", "state company"),
    ),
]


@dataclass
class Made:
    """The rows made so far, in the order in which they are stored."""

    risks: list[Risk] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    moved: list[DeadlineChange] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    reports: list[ProgressReport] = field(default_factory=list)
    assessments: list[RiskAssessment] = field(default_factory=list)
    comments: list[PublicComment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass
class Place:
    """An area with a temper of its own, so that the map is not even."""

    area: Area
    bodies: list[PublicBody]
    weight: float
    severity: float
    diligence: float


def has_demo() -> bool:
    return PublicBody.objects.filter(is_demo=True).exists()


@transaction.atomic
def load_demo(risks: int = RISKS) -> int:
    """Add the made-up rows, unless they are there; return how many risks there are."""
    if has_demo():
        return 0
    if not Sphere.objects.exists() or not Area.objects.mapped().exists():
        raise CommandError("Load the real data first: manage.py load_data")
    dice = Random(SEED)  # noqa: S311 - made-up rows need repeating, not secrecy
    places = _places(dice)
    maker = _Maker(dice, places, _people())
    for _number in range(risks):
        maker.make_risk()
    _store(maker.made)
    _store_positions(dice, places)
    _store_analyses(dice, places)
    _publish()
    return len(maker.made.risks)


@transaction.atomic
def remove_demo() -> int:
    """Delete the made-up rows and nothing else; return how many risks there were."""
    removed = Risk.objects.filter(is_demo=True).count()
    VulnerablePosition.objects.filter(is_demo=True).delete()
    # Deferred checks of the database see the risk gone with all that rests on it.
    Risk.objects.filter(is_demo=True).delete()
    RiskAnalysis.objects.filter(is_demo=True).delete()
    PublicBody.objects.filter(is_demo=True).delete()
    User.objects.filter(email__in=[email for email, _name in PEOPLE.values()]).delete()
    _publish()
    return removed


def _publish() -> None:
    recount_all()
    for name in ("risk", "measure", "position"):
        reindex(kinds()[name])
    renew_pages()


def _people() -> dict[str, User]:
    people = {}
    for role, (email, name) in PEOPLE.items():
        user = User(email=email, name=name, is_active=False)
        user.set_unusable_password()
        user.save()
        people[role] = user
    return people


def _places(dice: Random) -> list[Place]:
    kinds_by_code = {kind.code: kind for kind in BodyKind.objects.all()}
    areas = [*Area.objects.mapped().order_by("iso"), Area.objects.get(iso="KZ")]
    places = []
    for area in areas:
        bodies = [
            PublicBody(
                code=f"demo-{area.iso.lower()}-{number}",
                kind=kinds_by_code[kind],
                area=area,
                is_demo=True,
                name_kk=f"Демонстрация: {area.name_kk}, {names[0]}",
                name_ru=f"Демонстрация: {area.name_ru}, {names[1]}",
                name_en=f"Demonstration: {area.name_en}, {names[2]}",
            )
            for number, (kind, names) in enumerate(BODY_NAMES, start=1)
        ]
        places.append(
            Place(
                area=area,
                bodies=bodies,
                weight=dice.lognormvariate(0, 0.7),
                severity=dice.uniform(-1.2, 1.2),
                diligence=dice.uniform(0.25, 0.9),
            )
        )
    PublicBody.objects.bulk_create(body for place in places for body in place.bodies)
    return places


def _texts(name: str, texts: Texts) -> dict[str, str]:
    return {f"{name}_{code}": text for code, text in texts.items()}


class _Maker:
    """Make risks with all that hangs on them, one after the other."""

    def __init__(
        self, dice: Random, places: list[Place], people: dict[str, User]
    ) -> None:
        self.dice = dice
        self.places = places
        self.weights = [place.weight for place in places]
        self.people = people
        self.spheres = {sphere.code: sphere for sphere in Sphere.objects.all()}
        self.sources = list(DetectionSource.objects.order_by("code"))
        self.today = timezone.localdate()
        self.made = Made()
        self.numbers = count(1)
        self.measure_numbers = count(1)
        self.comment_numbers = count(1)

    def make_risk(self) -> None:
        dice = self.dice
        [place] = dice.choices(self.places, self.weights)
        [year] = dice.choices(list(YEARS), list(YEARS.values()))
        process = dice.choice(PROCESSES)
        codes = [code for code in process.spheres if code in self.spheres]
        sphere = self.spheres[dice.choice(codes or sorted(self.spheres))]
        [state] = dice.choices(list(STATES), list(STATES.values()))
        weakness = dice.choice(WEAKNESSES)
        started = date(year, dice.randint(1, 12), dice.randint(1, 28))
        is_public = state in Risk.PUBLIC_STATES
        reason = state == Risk.State.WITHDRAWN
        risk = Risk(
            public_id=f"DEMO{next(self.numbers):06}",
            is_demo=True,
            state=state,
            year=year,
            area=place.area,
            body=dice.choice(place.bodies),
            sphere=sphere,
            detection_source=dice.choice(self.sources),
            original_language="kk",
            published_at=timezone.now() if is_public else None,
            closed_on=min(started + timedelta(400), self.today)
            if state == Risk.State.CLOSED
            else None,
            **_texts("title", example(joined(process.name, weakness.risk))),
            **_texts("description", example(weakness.detail)),
            **_texts("process", process.name),
            **(_texts("state_reason", example(RETURNED)) if reason else {}),
        )
        self.made.risks.append(risk)
        self._assess(risk, place, started)
        for _number in range(dice.choice([1, 1, 1, 2, 2, 3])):
            self._make_measure(risk, place, started, weakness.measure)
        if is_public and dice.random() < 0.2:
            self._make_comment(risk, started)

    def _assess(self, risk: Risk, place: Place, day: date) -> None:
        if self.dice.random() < 0.14:
            return
        likelihood, impact = (self._mark(3 + place.severity) for _side in range(2))
        risk.current_score = likelihood * impact
        self._add_assessment(risk, "current", likelihood, impact, day)
        self._add_assessment(
            risk, "target", max(1, likelihood - 2), max(1, impact - 1), day
        )

    def _mark(self, middle: float) -> int:
        return min(5, max(1, round(self.dice.gauss(middle, 1.1))))

    def _add_assessment(
        self, risk: Risk, kind: str, likelihood: int, impact: int, day: date
    ) -> None:
        self.made.assessments.append(
            RiskAssessment(
                risk=risk,
                kind=kind,
                likelihood=likelihood,
                impact=impact,
                assessed_on=min(day, self.today),
                is_demo=True,
                **_texts("rationale", example(REASONS[0])),
            )
        )

    def _make_measure(self, risk: Risk, place: Place, day: date, text: Texts) -> None:
        dice = self.dice
        deadline = day + timedelta(days=dice.randint(90, 700))
        measure = Measure(
            public_id=f"DEMOM{next(self.measure_numbers):05}",
            is_demo=True,
            risk=risk,
            executor=risk.body,
            deadline=deadline,
            **_texts("text", example(text)),
            **_texts("reporting_form", example(REASONS[1])),
            **_texts("indicator", example(REASONS[2])),
        )
        if risk.is_public and dice.random() < 0.18:
            self._postpone(measure)
        self._advance(measure, place, day)
        self.made.measures.append(measure)

    def _postpone(self, measure: Measure) -> None:
        assert measure.deadline is not None
        before = measure.deadline
        measure.deadline = before + timedelta(days=self.dice.choice([60, 90, 180]))
        self.made.moved.append(
            DeadlineChange(
                measure=measure,
                before=before,
                after=measure.deadline,
                changed_on=min(before - timedelta(days=10), self.today),
                act=f"Демонстрация № {self.dice.randint(1, 400)}",
                **_texts("reason", example(REASONS[3])),
            )
        )
        self.made.changes.append(
            Change(
                risk=measure.risk,
                measure=measure,
                field="deadline",
                before=str(before),
                after=str(measure.deadline),
            )
        )

    def _advance(self, measure: Measure, place: Place, day: date) -> None:
        """Bring a measure as far as its area's diligence and today's date allow."""
        assert measure.deadline is not None
        dice, risk = self.dice, measure.risk
        done_on = measure.deadline + timedelta(days=dice.randint(-60, 45))
        if risk.state == Risk.State.CLOSED:
            # An eliminated risk was proved so, at the latest by now.
            self._verify(measure, min(done_on, self.today), day)
        elif not risk.is_public:
            return
        elif done_on < self.today and dice.random() < place.diligence:
            self._verify(measure, done_on, day)
        elif dice.random() < 0.12:
            measure.state = Measure.State.REPORTED_DONE
            measure.reported_by = self.people["reporter"]
            measure.reported_on = min(done_on, self.today)
            if dice.random() < 0.7:
                self._prove(measure)
        elif dice.random() < 0.06:
            measure.state = Measure.State.RETURNED
            for name, text in _texts("state_reason", example(RETURNED)).items():
                setattr(measure, name, text)
        elif dice.random() < 0.7:
            measure.state = Measure.State.IN_PROGRESS
        if dice.random() < 0.35:
            self._report(measure, day)

    def _verify(self, measure: Measure, done_on: date, day: date) -> None:
        measure.state = Measure.State.VERIFIED_DONE
        measure.reported_by = self.people["reporter"]
        measure.reported_on = done_on - timedelta(days=5)
        measure.verified_by = self.people["verifier"]
        measure.verified_on = done_on
        self._prove(measure)
        if measure.risk.current_score and self.dice.random() < 0.8:
            self._add_assessment(
                measure.risk,
                "residual",
                max(1, measure.risk.current_score // 5 - 1) % 5 + 1,
                self.dice.randint(1, 2),
                done_on,
            )

    def _prove(self, measure: Measure) -> None:
        assert measure.reported_on is not None
        self.made.evidence.append(
            Evidence(
                measure=measure,
                added_on=measure.reported_on,
                is_demo=True,
                **_texts("title", example(REASONS[4])),
            )
        )

    def _report(self, measure: Measure, day: date) -> None:
        year, quarter = day.year, (day.month - 1) // 3 + 1
        is_verified = self.dice.random() < 0.6
        claimed = self.dice.choice(
            [Measure.State.IN_PROGRESS, Measure.State.REPORTED_DONE]
        )
        self.made.reports.append(
            ProgressReport(
                measure=measure,
                year=year,
                quarter=quarter,
                claimed_state=claimed,
                reported_on=min(day + timedelta(days=95), self.today),
                reported_by=self.people["reporter"],
                verified_state=Measure.State.IN_PROGRESS if is_verified else "",
                verified_on=min(day + timedelta(days=110), self.today)
                if is_verified
                else None,
                verified_by=self.people["verifier"] if is_verified else None,
                **_texts("text", example(REASONS[5])),
                **(_texts("finding", example(REASONS[6])) if is_verified else {}),
            )
        )

    def _make_comment(self, risk: Risk, day: date) -> None:
        dice = self.dice
        remark = dice.choice(COMMENTS)
        language = dice.choice(["kk", "kk", "ru", "ru", "en"])
        text = example(remark.text)[language]
        state = dice.choice(
            [PublicComment.State.PENDING, *[PublicComment.State.PUBLISHED] * 4]
        )
        is_replied = state == PublicComment.State.PUBLISHED and dice.random() < 0.6
        ratings = [dice.randint(1, 5) for _ in range(dice.randint(0, 9))]
        if state == PublicComment.State.PENDING and dice.random() < 0.4:
            text += " +7 700 000 00 00"
        self.made.comments.append(
            PublicComment(
                public_id=f"DEMOC{next(self.comment_numbers):05}",
                is_demo=True,
                risk=risk,
                text=text,
                language=language,
                received_on=min(day + timedelta(days=dice.randint(5, 300)), self.today),
                state=state,
                personal_data=[found._asdict() for found in find(text)],
                replied_on=self.today if is_replied else None,
                rating_sum=sum(ratings) if is_replied else 0,
                rating_count=len(ratings) if is_replied else 0,
                **(_texts("reply", example(remark.reply)) if is_replied else {}),
            )
        )


def _store(made: Made) -> None:
    # Evidence stands before the residual levels that rest on it.
    rows: list[tuple[type[Any], list[Any]]] = [
        (Risk, made.risks),
        (Measure, made.measures),
        (DeadlineChange, made.moved),
        (Evidence, made.evidence),
        (ProgressReport, made.reports),
        (RiskAssessment, made.assessments),
        (PublicComment, made.comments),
        (Change, made.changes),
    ]
    for model, found in rows:
        model.objects.bulk_create(found, batch_size=500)


def _store_positions(dice: Random, places: list[Place]) -> None:
    risks: dict[int, list[Risk]] = {}
    for risk in Risk.objects.filter(is_demo=True).order_by("pk"):
        assert risk.body_id is not None
        risks.setdefault(risk.body_id, []).append(risk)
    bodies = [body for place in places for body in place.bodies]
    positions = [
        VulnerablePosition(
            public_id=f"DEMOP{number:05}",
            is_demo=True,
            is_published=True,
            body=body,
            level=dice.choice(["low", "medium", "high", "critical"]),
            act="Демонстрация № 1",
            valid_from=date(2023, 1, 10),
            **_texts("title", example(post.title)),
            **_texts("functions", example(post.functions)),
            **_texts("reason", example(post.reason)),
        )
        for number, (body, post) in enumerate(
            ((body, post) for body in bodies for post in dice.sample(POSTS, 2)), start=1
        )
    ]
    VulnerablePosition.objects.bulk_create(positions)
    link = VulnerablePosition.risks.through
    link.objects.bulk_create(
        link(vulnerableposition=position, risk=risk)
        for position in positions
        for risk in risks.get(position.body_id, [])[:3]
    )


def _store_analyses(dice: Random, places: list[Place]) -> None:
    RiskAnalysis.objects.bulk_create(
        RiskAnalysis(
            body=body,
            kind=dice.choice(RiskAnalysis.Kind.values),
            act=f"Демонстрация № {dice.randint(1, 300)}",
            done_on=done_on,
            next_due_on=done_on + timedelta(days=548),
            is_demo=True,
        )
        for place in places
        for body in place.bodies
        for done_on in [
            date(
                dice.choice([2023, 2024, 2025]),
                dice.randint(1, 12),
                dice.randint(1, 28),
            )
        ]
    )
