import sys
import types

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _
from leaflet.apps import LeafletConfig

# Loaded with Django, so that every @shared_task finds its broker.
from portal.celery import app as celery_app
from portal.checks import register_checks

__all__ = ["LeafletTagsConfig", "PortalAdminConfig", "PortalConfig", "celery_app"]


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        # Imported here, for it needs the models.
        from portal.staff import audit

        register_checks()
        audit.connect()


class PortalAdminConfig(AdminConfig):
    default_site = "portal.admin_site.PortalAdminSite"


class LeafletTagsConfig(LeafletConfig):  # type: ignore[misc]  # untyped package
    """django-leaflet without GeoDjango.

    Admin's autodiscover would import leaflet.admin, which needs the GDAL library;
    only the template tags and the static files are wanted here.
    """

    def ready(self) -> None:
        sys.modules.setdefault("leaflet.admin", types.ModuleType("leaflet.admin"))
        super().ready()
