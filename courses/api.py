"""This room under `/api/v1/`: the published courses, and the staff trained."""

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.datasets import COURSES, TRAINING
from courses.models import Course, CourseVersion, TrainedShare
from foundation.open_data.resources import Parameter, Resource, declare_resource, valid


class CoursesForm(forms.Form):
    audience = forms.ChoiceField(choices=Course.Audience.choices, required=False)


class TrainingForm(forms.Form):
    course = forms.SlugField(required=False)
    body = forms.SlugField(required=False)
    as_of = forms.DateField(required=False)


def chosen_courses(asked: QueryDict) -> QuerySet[CourseVersion]:
    form: CoursesForm = valid(CoursesForm(asked))
    audience = form.cleaned_data["audience"]
    rows: QuerySet[CourseVersion] = COURSES.rows()
    return rows.filter(course__audience=audience) if audience else rows


def chosen_shares(asked: QueryDict) -> QuerySet[TrainedShare]:
    form: TrainingForm = valid(TrainingForm(asked))
    rows: QuerySet[TrainedShare] = TRAINING.rows()
    lookups = {"course": "course__slug", "body": "body__code", "as_of": "as_of"}
    chosen = {
        lookup: form.cleaned_data[name]
        for name, lookup in lookups.items()
        if form.cleaned_data[name]
    }
    return rows.filter(**chosen)


declare_resource(
    Resource(
        COURSES,
        [Parameter("audience", _("For whom"), tuple(Course.Audience.values))],
        chosen_courses,
    )
)
declare_resource(
    Resource(
        TRAINING,
        [
            Parameter("course", _("Course: its address")),
            Parameter("body", _("Body: its code")),
            Parameter("as_of", _("As of: a day that was counted")),
        ],
        chosen_shares,
    )
)
