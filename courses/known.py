"""What the courses say of a public body: how many of its staff are trained."""

from django.utils.translation import gettext as _

from courses.datasets import percent_or_none
from courses.models import CourseVersion, TrainedShare
from foundation.languages import alphabetical
from foundation.templatetags.portal_text import day, number
from foundation.territory.known import Fact, Known, declare
from foundation.territory.models import PublicBody


def of_body(body: PublicBody) -> Known:
    """Return the newest share of each course, unless the body is too small to tell."""
    shares = TrainedShare.objects.filter(body=body).select_related("course")
    newest = shares.order_by("course_id", "-as_of").distinct("course_id")
    titles = {
        version.course_id: version.title.plain
        for version in CourseVersion.objects.public()
    }
    facts = [
        Fact(
            label=titles[share.course_id],
            value=_("%(percent)s %% of the staff trained") % {"percent": number(part)},
            url=share.course.get_absolute_url(),
            note=_("as of %(day)s") % {"day": day(share.as_of)},
        )
        for share in newest
        if share.course_id in titles
        and (part := percent_or_none(share.trained, share.staff, share.is_shown))
        is not None
    ]
    return Known(
        _("Training"), sorted(facts, key=lambda fact: alphabetical(fact.label))
    )


declare(of_body=of_body)
