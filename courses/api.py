"""This room under `/api/v1/`: courses, the staff trained, the check of certificates."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from courses.certificate_check import described, find
from courses.datasets import COURSES, TRAINING
from courses.models import Course, CourseVersion, TrainedShare
from foundation.open_data.resources import (
    Parameter,
    PublicAPI,
    Resource,
    declare_resource,
    valid,
)
from foundation.open_data.schema import LIMITED


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


STATES = ["valid", "expired", "replaced", "revoked"]
CERTIFICATE: Any = inline_serializer(
    "Certificate",
    {
        "number": serializers.CharField(help_text="The number on the certificate."),
        "status": serializers.ChoiceField(STATES),
        "reason": serializers.CharField(
            allow_blank=True, help_text="Why it was revoked; empty otherwise."
        ),
        "holder": serializers.CharField(help_text="To whom it was given."),
        "course": inline_serializer(
            "CertifiedCourse",
            {
                "slug": serializers.CharField(),
                "version": serializers.IntegerField(),
                "title": inline_serializer(
                    "CertifiedCourseTitle",
                    {code: serializers.CharField() for code in ("kk", "ru", "en")},
                ),
                "content_sha256": serializers.CharField(
                    help_text="What was learnt, to the byte."
                ),
            },
        ),
        "percent": serializers.CharField(
            help_text="Result of the final test in per cent, rounded down to a tenth."
        ),
        "issued_at": serializers.DateTimeField(),
        "valid_until": serializers.DateField(allow_null=True),
        "credential": serializers.CharField(
            help_text="Open Badges 3.0 credential, a JWT signed with the key of"
            " `/certificates/issuer/`: it can be checked without this portal."
        ),
    },
)
UNKNOWN: Any = inline_serializer(
    "UnknownCertificate", {"status": serializers.ChoiceField(["unknown"])}
)


class CertificateCheck(PublicAPI):
    """Say whether a certificate is genuine and still counts."""

    @extend_schema(
        operation_id="check_certificate",
        summary="Certificate of a course: one, by its number",
        parameters=[
            OpenApiParameter(
                "serial",
                str,
                OpenApiParameter.PATH,
                description="The twenty characters on the certificate, without spaces.",
            )
        ],
        responses={200: CERTIFICATE, 404: UNKNOWN, 429: LIMITED},
    )
    def get(self, request: HttpRequest, serial: str) -> HttpResponseBase:
        row, status = find(request, serial)
        value = described(row) if row else {"status": "unknown"}
        response = Response(value, status=status)
        response["X-Robots-Tag"] = "noindex"
        response["Cache-Control"] = "no-store"
        return response
