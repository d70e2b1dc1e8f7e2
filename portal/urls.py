from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from courses.api import CertificateCheck
from foundation.open_data.views import catalog, catalog_turtle
from portal import views
from portal.members import views as members
from reports.views import start as start_report

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error

urlpatterns = [
    path("", views.choose_language, name="choose_language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path(
        "api/v1/certificates/<str:serial>/",
        CertificateCheck.as_view(),
        name="api_certificate",
    ),
    path("api/v1/", include("foundation.open_data.api_urls")),
    path("data/catalog.jsonld", catalog, name="catalog"),
    path("data/catalog.ttl", catalog_turtle, name="catalog_turtle"),
    path("admin/", admin.site.urls),
    path("accounts/join/", members.ask, name="join"),
    path("accounts/join/asked/", members.asked, name="join_asked"),
    path("accounts/join/<str:token>/", members.confirm, name="join_confirm"),
    path("accounts/", include("foundation.accounts.urls")),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("", include("corruption_map.urls")),
        path("statistics/", include("indicators.urls")),
        path("library/", include("library.urls")),
        path("areas/", views.areas, name="areas"),
        path("areas/<str:iso>/", views.area, name="area"),
        path("bodies/", views.bodies, name="bodies"),
        path("bodies/<slug:code>/", views.body, name="body"),
        path("subscriptions/", include("foundation.notifications.urls")),
        path("data/", include("foundation.open_data.urls")),
        path("search/", include("foundation.search.urls")),
        path("report/", start_report, name="report"),
        path("report/", include("reports.urls")),
        path("courses/", include("courses.urls")),
        path("certificates/", include("courses.certificate_urls")),
        path("surveys/", include("surveys.urls")),
        path("", include("volunteers.urls")),
        path("me/", members.me, name="me"),
        path("about/", views.about, name="about"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
        path("style-guide/", views.style_guide, name="style_guide"),
        path("reading/", views.reading, name="reading"),
    ),
]
