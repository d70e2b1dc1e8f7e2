"""Whatever staff do, the kept figures are those of a fresh count."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from corruption_map.counts import recount_all
from corruption_map.models import Measure, Risk, RiskAssessment, RiskCount
from corruption_map.services.measures import (
    change_deadline,
    move_measure,
    save_measure,
)
from corruption_map.services.risks import assess_risk, move_risk, save_risk
from tests.corruption_map.figures import figures
from tests.factories.corruption_map import (
    DetectionSourceFactory,
    MeasureFactory,
    RiskFactory,
    SphereFactory,
)
from tests.factories.territory import AreaFactory, PublicBodyFactory

WHY = {"en": "Because"}
STEPS = 60


class Staff:
    """Somebody who does whatever comes to mind."""

    def __init__(self, dice, reporter, verifier):
        self.dice = dice
        self.reporter = reporter
        self.verifier = verifier
        self.areas = AreaFactory.create_batch(2)
        self.spheres = SphereFactory.create_batch(2)
        self.sources = DetectionSourceFactory.create_batch(2)
        self.bodies = [None, PublicBodyFactory()]

    def act(self):
        actions = [
            self.add_risk,
            self.move_risk,
            self.move_risk,
            self.edit_risk,
            self.assess,
            self.add_measure,
            self.move_measure,
            self.move_deadline,
        ]
        self.dice.choice(actions)()

    def risk(self):
        return self.dice.choice(list(Risk.objects.order_by("pk")))

    def measure(self):
        found = list(Measure.objects.order_by("pk"))
        return self.dice.choice(found) if found else MeasureFactory(risk=self.risk())

    def day(self):
        return timezone.localdate() + timedelta(days=self.dice.randint(-300, 300))

    def add_risk(self):
        risk = RiskFactory(
            in_review=True,
            year=self.dice.choice([2023, 2024]),
            area=self.dice.choice(self.areas),
            sphere=self.dice.choice(self.spheres),
            detection_source=self.dice.choice(self.sources),
            body=self.dice.choice(self.bodies),
            is_demo=self.dice.random() < 0.3,
        )
        move_risk(risk=risk, to="published", by=self.verifier)

    def move_risk(self):
        risk = self.risk()
        targets = sorted(Risk.TRANSITIONS[risk.state])
        if targets:
            to = self.dice.choice(targets)
            move_risk(risk=risk, to=to, by=self.verifier, reason=WHY)

    def edit_risk(self):
        risk = self.risk()
        if risk.state != Risk.State.WITHDRAWN:
            risk.area = self.dice.choice(self.areas)
            risk.year = self.dice.choice([2023, 2024])
            risk.sphere = self.dice.choice(self.spheres)
            risk.body = self.dice.choice(self.bodies)
            save_risk(risk=risk, by=self.verifier)

    def assess(self):
        assessment = RiskAssessment(
            risk=self.risk(),
            kind=self.dice.choice(["current", "target"]),
            likelihood=self.dice.randint(1, 5),
            impact=self.dice.randint(1, 5),
            assessed_on=date(2024, 1, self.dice.randint(1, 28)),
        )
        assess_risk(assessment=assessment, by=self.verifier)

    def add_measure(self):
        measure = MeasureFactory.build(
            risk=self.risk(), deadline=self.dice.choice([None, self.day()])
        )
        save_measure(measure=measure, by=self.verifier)

    def move_measure(self):
        measure = self.measure()
        targets = sorted(Measure.TRANSITIONS[measure.state])
        if targets:
            to = self.dice.choice(targets)
            judged = to in (Measure.State.VERIFIED_DONE, Measure.State.RETURNED)
            by = self.verifier if judged else self.reporter
            move_measure(measure=measure, to=to, by=by, reason=WHY)

    def move_deadline(self):
        measure, to = self.measure(), self.day()
        if measure.is_open and measure.deadline != to:
            change_deadline(
                measure=measure, to=to, reason=WHY, act="", by=self.verifier
            )


def truth():
    """Count risks, measures and overdue ones by year and area, one by one."""
    today = timezone.localdate()
    risks, measures, overdue = Counter(), Counter(), Counter()
    for risk in Risk.objects.public().prefetch_related("measures"):
        cell = (risk.year, risk.area_id, risk.state)
        risks[cell] += 1
        measures[cell] += len(risk.measures.all())
        overdue[cell] += sum(bool(m.days_overdue(today)) for m in risk.measures.all())
    return {cell: (risks[cell], measures[cell], overdue[cell]) for cell in risks}


def kept(grain):
    found = {}
    for cell in RiskCount.objects.filter(grain=grain):
        key = (cell.year, cell.area_id, cell.state)
        now = found.get(key, (0, 0, 0))
        more = (cell.risks, cell.measures, cell.measures_overdue)
        found[key] = tuple(a + b for a, b in zip(now, more, strict=True))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_figures_follow_whatever_is_done(editor, second_editor, seed):
    staff = Staff(Random(seed), editor, second_editor)
    staff.add_risk()
    for _ in range(STEPS):
        staff.act()

    followed = figures()
    recount_all()

    assert followed == figures()
    for grain in RiskCount.Grain:
        assert kept(grain) == truth()


def test_a_moved_risk_leaves_its_old_cell(editor):
    risk = RiskFactory(published=True)
    recount_all()
    risk.area = AreaFactory()

    save_risk(risk=risk, by=editor)

    plain = RiskCount.objects.filter(grain="plain")
    assert list(plain.values_list("area", "risks")) == [(risk.area.pk, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_hidden_risks_are_not_counted(state):
    RiskFactory(state=state)

    recount_all()

    assert not RiskCount.objects.exists()
