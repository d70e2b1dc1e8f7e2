from django.urls import path

from volunteers.views import (
    applications,
    members,
    observations,
    organisations,
    organisers,
    public,
)

app_name = "volunteers"

urlpatterns = [
    path("volunteers/", public.landing, name="landing"),
    path("volunteers/active/", public.active, name="active"),
    path("volunteers/consents/", public.consents, name="consents"),
    path("volunteers/apply/", applications.new, name="apply"),
    path("volunteers/apply/sent/", applications.sent, name="sent"),
    path("volunteers/confirm/<str:token>/", applications.confirm, name="confirm"),
    path("volunteers/guardian/<str:token>/", applications.guardian, name="guardian"),
    path(
        "volunteers/application/<str:token>/",
        applications.application,
        name="application",
    ),
    path("volunteers/login/<str:token>/", applications.login, name="login"),
    path("volunteers/me/", members.me, name="me"),
    path("volunteers/me/show/", members.show, name="show"),
    path("volunteers/me/erase/", members.erase, name="erase"),
    path("volunteers/me/data/", members.own_data, name="own_data"),
    path("volunteers/me/certificate/", members.new_certificate, name="new_certificate"),
    path(
        "volunteers/me/certificates/<slug:serial>/file/",
        members.certificate_file,
        name="certificate_file",
    ),
    path(
        "volunteers/certificates/<slug:serial>/",
        public.certificate,
        name="certificate",
    ),
    path("volunteers/organisations/", public.organisations, name="organisations"),
    path(
        "volunteers/organisations/new/",
        organisations.new_organisation,
        name="new_organisation",
    ),
    path(
        "volunteers/organisations/<slug:public_id>/",
        public.organisation,
        name="organisation",
    ),
    path(
        "volunteers/organisations/<slug:public_id>/join/",
        organisations.join,
        name="join",
    ),
    path(
        "volunteers/organisations/<slug:public_id>/leave/",
        organisations.leave,
        name="leave",
    ),
    path(
        "volunteers/invitation/<str:token>/",
        organisations.invitation,
        name="invitation",
    ),
    path(
        "volunteers/organisations/<slug:public_id>/people/",
        organisations.members,
        name="members",
    ),
    path(
        "volunteers/organisations/<slug:public_id>/initiatives/new/",
        organisers.new_initiative,
        name="new_initiative",
    ),
    path("initiatives/", public.initiatives, name="initiatives"),
    path("initiatives/feed/", public.feed, name="feed"),
    path("initiatives/export/<slug:file_format>/", public.export, name="export"),
    path("initiatives/<slug:public_id>/", public.initiative, name="initiative"),
    path("initiatives/<slug:public_id>/calendar/", public.calendar, name="calendar"),
    path("initiatives/<slug:public_id>/mine/", members.mine, name="mine"),
    path("initiatives/<slug:public_id>/contact/", members.contact, name="contact"),
    path("initiatives/<slug:public_id>/observe/", observations.observe, name="observe"),
    path(
        "initiatives/<slug:public_id>/edit/",
        organisers.edit_initiative,
        name="edit_initiative",
    ),
    path("initiatives/<slug:public_id>/people/", organisers.people, name="people"),
    path("initiatives/<slug:public_id>/report/", organisers.report, name="report"),
    path("observations/", observations.observations, name="observations"),
    path(
        "observations/export/<slug:file_format>/",
        observations.export,
        name="export_observations",
    ),
    path("observations/photos/<int:pk>/", observations.photo, name="photo"),
    path(
        "observations/<slug:public_id>/",
        observations.observation,
        name="observation",
    ),
]
