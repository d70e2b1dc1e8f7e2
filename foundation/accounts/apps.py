from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "foundation.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Imported here, for they need the models.
        from foundation.accounts import roles, two_factor

        def sync_roles(**kwargs: Any) -> None:
            roles.sync_roles()

        two_factor.connect()
        # Django makes the permissions app by app; after the last one all are there.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(sync_roles, sender=last, weak=False)
