from django.urls import path

from foundation.search import views

app_name = "search"

urlpatterns = [
    path("", views.page, name="page"),
    path("feed/", views.feed, name="feed"),
]
