"""Sign certificates as Open Badges 3.0 credentials (VC-JWT, Ed25519).

The key is the setting BADGE_KEY (PEM), or a file that is made on first use and that
nobody but the portal may read. Its public half is published, so that a certificate can
be checked without this portal.
"""

import gzip
import os
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from courses.models import Certificate

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
# The standard asks for at least so many places, so that a number hides in a crowd.
STATUS_PLACES = 131_072
ALGORITHMS = ["EdDSA"]
# RFC 9864 gave Ed25519 a new name, which no verifier of badges knows yet.
JWSRegistry.algorithms["EdDSA"].security_warning = None


def _key_path() -> Path:
    return settings.VAR_DIR / "keys" / "badge.pem"


@cache
def signing_key() -> OKPKey:
    """Return the private key; the first process that needs one writes it."""
    if settings.BADGE_KEY:
        return OKPKey.import_key(settings.BADGE_KEY)
    path = _key_path()
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(OKPKey.generate_key("Ed25519").as_pem(private=True))
        try:
            # A link fails where another process was first; then its key is used.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return OKPKey.import_key(path.read_bytes())


def public_jwk() -> dict[str, Any]:
    key = signing_key()
    return {
        **key.as_dict(private=False),
        "kid": key.thumbprint(),
        "use": "sig",
        "alg": "EdDSA",
    }


def _address(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'certificates:{name}', args=args)}"


def issuer(name: str) -> dict[str, Any]:
    return {
        "id": _address("issuer"),
        "type": ["Profile"],
        "name": name,
        "url": settings.PUBLIC_URL,
    }


def _sign(claims: dict[str, Any]) -> str:
    key = signing_key()
    header = {"alg": "EdDSA", "typ": "JWT", "kid": key.thumbprint()}
    return jwt.encode(header, claims, key, algorithms=ALGORITHMS)


def sign_certificate(certificate: Certificate, issuer_name: str) -> str:
    version = certificate.enrolment.version
    course = f"{settings.PUBLIC_URL}{version.course.get_absolute_url()}"
    page = f"{settings.PUBLIC_URL}{certificate.get_absolute_url()}"
    claims: dict[str, Any] = {
        "@context": CONTEXT,
        "id": page,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": version.title_en,
        "issuer": issuer(issuer_name),
        "validFrom": _iso(certificate.issued_at),
        "credentialSubject": {
            "id": f"{page}#holder",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": False,
                    "identityHash": certificate.holder_name,
                }
            ],
            "achievement": {
                "id": f"{course}#{version.number}",
                "type": ["Achievement"],
                "name": version.title_en,
                "description": version.summary_en,
                "criteria": {
                    "narrative": (
                        f"All required parts done and at least {version.pass_num} of"
                        f" {version.pass_den} marks in the final test; content SHA-256"
                        f" {version.content_sha256}"
                    )
                },
                "version": str(version.number),
            },
            "result": [{"type": ["Result"], "value": str(certificate.percent)}],
        },
        "credentialStatus": {
            "id": f"{_address('status')}#{certificate.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.status_index),
            "statusListCredential": _address("status"),
        },
        "iss": _address("issuer"),
        "jti": page,
        "nbf": int(certificate.issued_at.timestamp()),
        "iat": int(certificate.issued_at.timestamp()),
        "sub": f"{page}#holder",
    }
    if certificate.valid_until:
        end = timezone.make_aware(
            datetime.combine(
                certificate.valid_until + timedelta(days=1), datetime.min.time()
            )
        )
        claims["validUntil"], claims["exp"] = _iso(end), int(end.timestamp())
    return _sign(claims)


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.get_fixed_timezone(0)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def read_credential(token: str) -> dict[str, Any] | None:
    """Return the claims of a token that this portal signed, else None."""
    try:
        return jwt.decode(token, signing_key(), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        return None


def status_list(issuer_name: str) -> str:
    """Return the signed list of which certificates no longer count."""
    gone = Certificate.objects.exclude(status=Certificate.Status.VALID)
    indexes = list(gone.values_list("status_index", flat=True))
    places = max([STATUS_PLACES, *(index + 1 for index in indexes)])
    bits = bytearray((places + 7) // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    packed = (
        urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()
    )
    now = timezone.now()
    return _sign(
        {
            "@context": CONTEXT[:1],
            "id": _address("status"),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer(issuer_name),
            "validFrom": _iso(now),
            "credentialSubject": {
                "id": f"{_address('status')}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": f"u{packed}",
            },
            "iss": _address("issuer"),
            "iat": int(now.timestamp()),
        }
    )
