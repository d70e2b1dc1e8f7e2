from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WebLinksConfig(AppConfig):
    name = "foundation.web_links"
    verbose_name = _("Web links")

    def ready(self) -> None:
        autodiscover_modules("web_links")
