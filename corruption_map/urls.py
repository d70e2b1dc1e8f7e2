from django.urls import path

from corruption_map import views

app_name = "corruption_map"

urlpatterns = [
    path("map/", views.map_page, name="map"),
    path("map/export/<slug:file_format>/", views.map_export, name="map_export"),
    path("risks/", views.risks, name="risks"),
    path("risks/export/<slug:file_format>/", views.risks_export, name="risks_export"),
    path("risks/<str:public_id>/", views.risk, name="risk"),
    path("risks/<str:public_id>/comment/", views.comment, name="comment"),
    path("measures/", views.measures, name="measures"),
    path(
        "measures/export/<slug:file_format>/",
        views.measures_export,
        name="measures_export",
    ),
    path("measures/<str:public_id>/", views.measure, name="measure"),
    path("positions/", views.positions, name="positions"),
    path(
        "positions/export/<slug:file_format>/",
        views.positions_export,
        name="positions_export",
    ),
    path("comments/<str:public_id>/rate/", views.rate_reply, name="rate_reply"),
    path("evidence/<int:evidence_id>/", views.evidence, name="evidence"),
]
