"""What bodies ask of their staff, who has done it, and who is reminded."""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import override

from courses.models import (
    Attempt,
    Course,
    Employment,
    Obligation,
    Reminder,
    Requirement,
    TrainedShare,
)
from courses.models.learning import Certificate
from courses.suppression import shown_bodies
from foundation.accounts.models import User
from foundation.notifications.services import send
from foundation.territory.models import PublicBody, Scope

# Days before and after the due day.
REMINDERS = {"-14": -14, "-3": -3, "0": 0, "+7": 7}
# How far back the daily count is made up for after a standstill.
MOST_DAYS = 31


def trained_on(course: Course, day: date) -> dict[int, tuple[int, int]]:
    """Return staff and trained by body, as of a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM courses_trained(%s, %s, %s)",
            [course.pk, day, settings.TIME_ZONE],
        )
        return {body: (staff, trained) for body, staff, trained in cursor.fetchall()}


@transaction.atomic
def write_shares(course: Course, day: date) -> None:
    """Keep a day's figures for good; what was published is not counted again."""
    counted = trained_on(course, day)
    numbers = {body: staff for body, (staff, _trained) in counted.items()}
    above = PublicBody.objects.filter(pk__in=numbers).values_list("pk", "parent")
    shown = shown_bodies(numbers, dict(above))
    TrainedShare.objects.bulk_create(
        (
            TrainedShare(
                course=course,
                body_id=body,
                as_of=day,
                staff=staff,
                trained=trained,
                is_shown=body in shown,
            )
            for body, (staff, trained) in counted.items()
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )


def days_to_count(course: Course, today: date) -> list[date]:
    """Return the full days that are not counted yet, the oldest first."""
    last: date | None = TrainedShare.objects.filter(course=course).aggregate(
        day=Max("as_of")
    )["day"]
    yesterday = today - timedelta(days=1)
    first = max(
        last + timedelta(days=1) if last else yesterday,
        yesterday - timedelta(days=MOST_DAYS - 1),
    )
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def subtree(body: PublicBody) -> set[int]:
    """Return a body and all bodies below it."""
    found, fresh = {body.pk}, {body.pk}
    while fresh:
        children = PublicBody.objects.filter(parent__in=fresh)
        fresh = set(children.values_list("pk", flat=True)) - found
        found |= fresh
    return found


@transaction.atomic
def open_obligations(requirement: Requirement, today: date) -> None:
    """Give everybody whom a requirement covers today his duty; a second run adds none."""
    if today < requirement.starts_on:
        return
    bodies = (
        subtree(requirement.body) if requirement.is_subtree else {requirement.body_id}
    )
    posts = Employment.objects.filter(
        body__in=bodies, is_primary=True, period__contains=today
    )
    if requirement.position_group:
        posts = posts.filter(position_group=requirement.position_group)
    known: dict[int, Obligation] = {}
    for duty in requirement.obligations.order_by("opened_on"):
        known[duty.user_id] = duty
    fresh = [
        fresh_duty
        for post in posts
        if (fresh_duty := _next_duty(requirement, post, known.get(post.user_id), today))
    ]
    Obligation.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)


def _next_duty(
    requirement: Requirement, post: Employment, last: Obligation | None, today: date
) -> Obligation | None:
    opened = max(requirement.starts_on, post.period.lower or requirement.starts_on)
    if last:
        if requirement.repeat_months is None or last.met_on is None:
            return None
        opened = last.met_on + timedelta(days=30 * requirement.repeat_months)
        if opened > today:
            return None
    days = timedelta(days=requirement.due_days or 0)
    due = opened + days if requirement.due_on is None else requirement.due_on
    if last:
        due = opened + (days or timedelta(days=30))
    return Obligation(
        requirement=requirement, user_id=post.user_id, opened_on=opened, due_on=due
    )


def settle_obligations() -> None:
    """Mark duties as met on the day their test was passed."""
    waiting = Obligation.objects.filter(met_on=None).select_related("requirement")
    for duty in waiting.iterator(chunk_size=1000):
        passed = (
            Attempt.objects.filter(
                passed=True,
                quiz__role="final",
                quiz__version__course=duty.requirement.course_id,
                enrolment__learner__user=duty.user_id,
            )
            .order_by("-submitted_at")
            .first()
        )
        if passed is None or passed.submitted_at is None:
            continue
        day = timezone.localdate(passed.submitted_at)
        months = passed.quiz.version.validity_months
        if months and day + timedelta(days=30 * months) < duty.opened_on:
            continue
        duty.met_on = day
        duty.met_by = Certificate.objects.filter(attempt=passed, status="valid").first()
        duty.save(update_fields=["met_on", "met_by"])


def waiting_obligations(today: date) -> list[Obligation]:
    """Return duties that a reminder may be due for; exempt persons have none."""
    soon = today + timedelta(days=14)
    rows = Obligation.objects.filter(met_on=None, due_on__lte=soon).exclude(
        Q(exempt_period__contains=today)
    )
    return list(
        rows.filter(user__is_active=True).select_related("user", "requirement__course")
    )


@transaction.atomic
def remind(duty: Obligation, today: date) -> bool:
    """Send the newest reminder that is due; those missed before it are not sent late."""
    due = [
        kind
        for kind, days in REMINDERS.items()
        if duty.due_on + timedelta(days) <= today
    ]
    sent = set(duty.reminders.values_list("kind", flat=True))
    if not due or due[-1] in sent:
        return False
    Reminder.objects.bulk_create(
        (Reminder(obligation=duty, kind=kind) for kind in due if kind not in sent),
        ignore_conflicts=True,
    )
    course = duty.requirement.course
    version = course.versions.public().first()
    with override(duty.user.language):
        title = version.title.plain if version else course.slug
        path = f"{settings.PUBLIC_URL}{course.get_absolute_url()}"
    send(
        key=f"course-reminder:{duty.pk}:{due[-1]}",
        recipient=duty.user.email,
        language=duty.user.language,
        template="course_reminder",
        context={
            "title": title,
            "due_on": duty.due_on.isoformat(),
            "is_late": today > duty.due_on,
            "url": path,
        },
    )
    return True


def digest(scope: Scope, today: date) -> None:
    """Tell a body's staff member once a week how many of its people are late."""
    if scope.body is None:
        return
    late = Obligation.objects.filter(
        met_on=None,
        due_on__lt=today,
        user__employments__body__in=subtree(scope.body),
        user__employments__is_primary=True,
        user__employments__period__contains=today,
    ).exclude(exempt_period__contains=today)
    count = late.values("user").distinct().count()
    if not count:
        return
    week = today.isocalendar()
    user: User = scope.user
    with override(user.language):
        name = scope.body.name.plain
    send(
        key=f"course-digest:{user.pk}:{week.year}-{week.week}",
        recipient=user.email,
        language=user.language,
        template="course_digest",
        context={"body": name, "count": count, "url": f"{settings.PUBLIC_URL}/admin/"},
    )
