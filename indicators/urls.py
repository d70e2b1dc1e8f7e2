from django.urls import path

from indicators import views

app_name = "indicators"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("<slug:code>/", views.indicator, name="indicator"),
    path("<slug:code>/embed/", views.embed, name="embed"),
    path("<slug:code>/<slug:file_format>/", views.export, name="export"),
    path("<slug:code>/releases/<int:pk>/", views.release, name="release"),
    path(
        "<slug:code>/releases/<int:pk>/<slug:file_format>/",
        views.release_export,
        name="release_export",
    ),
]
