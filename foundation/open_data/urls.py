from django.urls import path

from foundation.open_data import views

app_name = "open_data"

urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.dataset_page, name="dataset"),
    path("<slug:slug>/datapackage.json", views.datapackage, name="datapackage"),
    path("<slug:slug>/csv-metadata.json", views.csv_metadata, name="csv_metadata"),
    path("<slug:slug>/editions/<str:day>/", views.edition, name="edition"),
    path("<slug:slug>/dictionary/", views.dictionary, name="dictionary"),
    path("<slug:slug>/feed/", views.feed, name="feed"),
    path("<slug:slug>/<slug:file_format>/", views.download, name="download"),
]
