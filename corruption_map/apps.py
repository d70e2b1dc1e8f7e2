from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorruptionMapConfig(AppConfig):
    name = "corruption_map"
    verbose_name = _("Corruption map")
