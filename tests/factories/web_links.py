from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from foundation.web_links.models import WebLink


class WebLinkFactory(DjangoModelFactory):
    class Meta:
        model = WebLink

    address = Sequence(lambda n: f"https://example.org/{n}")
