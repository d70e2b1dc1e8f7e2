from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OpenDataConfig(AppConfig):
    name = "foundation.open_data"
    verbose_name = _("Open data")

    def ready(self) -> None:
        autodiscover_modules("datasets")
        autodiscover_modules("api")
