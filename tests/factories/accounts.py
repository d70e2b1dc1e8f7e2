from functools import cache

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from factory.declarations import LazyFunction, Sequence, Trait
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from foundation.accounts.models import User

PASSWORD = "steppe-eagle-over-the-river"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@cache
def hashed_password() -> str:
    """Return the one password's hash; making it anew for each user takes its time."""
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = Trait(is_staff=True)
        root = Trait(is_staff=True, is_superuser=True)

    email = Sequence(lambda n: f"person{n}@example.org")
    language = "en"
    password = LazyFunction(hashed_password)

    @post_generation
    def roles(self, create, names, **kwargs):
        if names:
            self.groups.set(Group.objects.filter(name__in=names))


def enrol(user: User) -> Authenticator:
    """Give a person an authenticator app with a known secret, and recovery codes."""
    app = TOTP.activate(user, SECRET).instance
    RecoveryCodes.activate(user)
    return app
