from django.urls import path

from library import views

app_name = "library"

urlpatterns = [
    path("", views.library, name="library"),
    path("feed/", views.feed, name="feed"),
    path("export/<slug:file_format>/", views.export, name="export"),
    path("files/<int:edition_id>/<slug:part>/", views.file, name="file"),
    path("<slug:public_id>/helpful/", views.helpful, name="helpful"),
    path("<slug:public_id>/", views.item, name="item"),
]
