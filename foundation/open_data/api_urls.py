"""`/api/v1/`: every declared resource, the map's figures, the description."""

from django.urls import path

from foundation.open_data.resources import Root, extra_views, resources
from foundation.open_data.schema import Schema, detail_view, list_view

app_name = "api"

urlpatterns = [
    path("", Root.as_view(), name="root"),
    path("schema/", Schema.as_view(), name="schema"),
]
for resource in resources():
    slug = resource.dataset.slug
    urlpatterns += [
        path(f"{slug}/", list_view(resource).as_view(), name=slug),
        path(
            f"{slug}/<str:key>/",
            detail_view(resource).as_view(),
            name=f"{slug}-detail",
        ),
    ]
urlpatterns += [
    path(f"{slug}/", view.as_view(), name=slug) for slug, view in extra_views()
]
