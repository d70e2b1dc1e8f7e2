"""`/certificates/`: the check that needs no login."""

from django.urls import path

from courses.views import certificates

app_name = "certificates"

urlpatterns = [
    path("", certificates.ask, name="ask"),
    path("issuer/", certificates.issuer, name="issuer"),
    path("status/", certificates.status, name="status"),
    path("<str:serial>/", certificates.certificate, name="certificate"),
    path("<str:serial>/json/", certificates.as_json, name="json"),
    path("<str:serial>/pdf/", certificates.pdf, name="pdf"),
]
