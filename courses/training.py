"""What bodies ask of their staff, who has done it, and who is reminded."""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import override

from courses.models import (
    Attempt,
    Course,
    CourseVersion,
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
    changed = major_changes(requirement.course_id)
    since = changed[-1] if changed else None
    up_to_date = _have_passed(requirement.course_id, since[1]) if since else set()
    fresh = []
    for post in posts:
        last = known.get(post.user_id)
        if last is None:
            fresh.append(_first_duty(requirement, post))
            continue
        must_again = since[0] if since and post.user_id not in up_to_date else None
        opened = _opens_again(requirement, last, must_again)
        if opened and opened <= today:
            fresh.append(_next_duty(requirement, post, opened))
    Obligation.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)


def major_changes(course_id: int) -> list[tuple[date, int]]:
    """Return when versions were published after which everybody must learn again.

    The first version changes nothing: nobody had passed before it.
    """
    rows = CourseVersion.objects.filter(course=course_id).exclude(
        state=CourseVersion.State.DRAFT
    )
    versions = list(rows.order_by("number"))
    return [
        (timezone.localdate(version.published_at), version.number)
        for version in versions[1:]
        if version.change == CourseVersion.Change.MAJOR and version.published_at
    ]


def _have_passed(course_id: int, least_number: int) -> set[int]:
    """Return who has passed a final test of such a version or a later one."""
    passed = Attempt.objects.filter(
        passed=True,
        quiz__role="final",
        quiz__version__course=course_id,
        quiz__version__number__gte=least_number,
        enrolment__learner__user__isnull=False,
    )
    return set(passed.values_list("enrolment__learner__user", flat=True))


def _first_duty(requirement: Requirement, post: Employment) -> Obligation:
    opened = max(requirement.starts_on, post.period.lower or requirement.starts_on)
    due = requirement.due_on or opened + timedelta(days=requirement.due_days or 0)
    return Obligation(
        requirement=requirement, user_id=post.user_id, opened_on=opened, due_on=due
    )


def _opens_again(
    requirement: Requirement, last: Obligation, must_again: date | None
) -> date | None:
    """Return when the next duty begins: by the calendar, or with a major change."""
    if last.met_on is None:
        return None
    days = []
    if requirement.repeat_months is not None:
        days.append(last.met_on + timedelta(days=30 * requirement.repeat_months))
    if must_again and must_again > last.opened_on:
        days.append(max(must_again, last.met_on))
    return min(days, default=None)


def _next_duty(requirement: Requirement, post: Employment, opened: date) -> Obligation:
    days = timedelta(days=requirement.due_days or 30)
    return Obligation(
        requirement=requirement,
        user_id=post.user_id,
        opened_on=opened,
        due_on=opened + days,
    )


def settle_obligations() -> None:
    """Mark duties as met on the day their test was passed.

    A pass counts once: what met an earlier duty does not meet the next. After a major
    change only a pass of the changed version counts.
    """
    earlier = Obligation.objects.filter(
        requirement=OuterRef("requirement"), user=OuterRef("user"), met_on__isnull=False
    )
    waiting = (
        Obligation.objects.filter(met_on=None)
        .select_related("requirement")
        .annotate(met_before=Subquery(earlier.order_by("-met_on").values("met_on")[:1]))
    )
    changes: dict[int, list[tuple[date, int]]] = {}
    for duty in waiting.iterator(chunk_size=1000):
        course = duty.requirement.course_id
        if course not in changes:
            changes[course] = major_changes(course)
        passed = _pass_for(duty, duty.met_before, changes[course])
        if passed is None or passed.submitted_at is None:
            continue
        duty.met_on = timezone.localdate(passed.submitted_at)
        duty.met_by = Certificate.objects.filter(attempt=passed, status="valid").first()
        duty.save(update_fields=["met_on", "met_by"])


def _pass_for(
    duty: Obligation, met_before: date | None, changes: list[tuple[date, int]]
) -> Attempt | None:
    """Return the newest pass that meets a duty."""
    rows = Attempt.objects.filter(
        passed=True,
        quiz__role="final",
        quiz__version__course=duty.requirement.course_id,
        enrolment__learner__user=duty.user_id,
    )
    numbers = [number for day, number in changes if day <= duty.opened_on]
    if numbers:
        rows = rows.filter(quiz__version__number__gte=numbers[-1])
    if met_before:
        rows = rows.filter(submitted_at__date__gt=met_before)
    passed = rows.select_related("quiz__version").order_by("-submitted_at").first()
    if passed is None or passed.submitted_at is None:
        return None
    day = timezone.localdate(passed.submitted_at)
    months = passed.quiz.version.validity_months
    is_over = months and day + timedelta(days=30 * months) < duty.opened_on
    return None if is_over else passed


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
