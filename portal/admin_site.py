from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    site_header = _("Anti-Corruption Portal")
    site_title = _("Staff area")
    index_title = _("What is due")
    enable_nav_sidebar = False
