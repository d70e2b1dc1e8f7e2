from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    name = "foundation.territory"
    verbose_name = _("Territory and public bodies")

    def ready(self) -> None:
        autodiscover_modules("known")
