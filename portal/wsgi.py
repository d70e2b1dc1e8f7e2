"""What the application server loads: the stored pages, and Django behind them."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django_application = get_wsgi_application()

# After Django is set up, for the store reads its settings.
from portal.page_store import StoredPages  # noqa: E402

application = StoredPages(django_application)
