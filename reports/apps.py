from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports of corruption")

    def ready(self) -> None:
        # Imported here, for they need the models.
        from django.contrib.auth.models import Group

        from reports.services.closing import (
            close_with_group,
            close_with_login,
            close_with_permission,
            close_with_role,
        )
        from reports.services.vaults import lock_at_sign_out

        self.lock: Any = lock_at_sign_out
        user_logged_out.connect(self.lock, dispatch_uid="reports lock vault")
        # The ground closes logins and knows no room; the room follows.
        post_save.connect(
            close_with_login,
            sender=settings.AUTH_USER_MODEL,
            dispatch_uid="reports close vault",
        )
        user = get_user_model()
        for given in (user.groups.through, user.user_permissions.through):
            m2m_changed.connect(
                close_with_role,
                sender=given,
                dispatch_uid=f"reports follow {given.__name__}",
            )
        m2m_changed.connect(
            close_with_permission,
            sender=Group.permissions.through,
            dispatch_uid="reports follow permissions of a role",
        )
        pre_delete.connect(
            close_with_group, sender=Group, dispatch_uid="reports follow a deleted role"
        )
