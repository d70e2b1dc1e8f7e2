"""What machines ask: is it up, is it ready, whom to tell of a hole."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from redis import RedisError

from corruption_map.models import Risk
from foundation.publication import page_redis
from foundation.territory.models import Area, PublicBody
from portal.models import Authority

SECURITY_TXT_DAYS = 180


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers, and nothing of what is behind it."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, migrations and Redis are there."""
    parts = {"database": database_is_ready(), "redis": redis_is_ready()}
    ready = all(parts.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": ready, **parts}, status=status)


def database_is_ready() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def redis_is_ready() -> bool:
    try:
        return bool(page_redis().ping())
    except RedisError:
        return False


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer as RFC 9116 asks; it always expires half a year ahead."""
    authority = Authority.current()
    contact = authority.security_contact or f"{settings.PUBLIC_URL}/en/about/"
    expires = (datetime.now(UTC) + timedelta(days=SECURITY_TXT_DAYS)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: kk, ru, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages in three languages, linked to each other (hreflang)."""
    fixed = ("", "map/", "risks/", "measures/", "positions/", "bodies/", "areas/",
             "data/", "report/", "about/", "accessibility/", "privacy/")  # fmt: skip
    paths = [
        *fixed,
        *(
            f"areas/{iso}/"
            for iso in Area.objects.mapped().values_list("iso", flat=True)
        ),
        *(
            f"bodies/{code}/"
            for code in PublicBody.objects.values_list("code", flat=True)
        ),
        *(
            f"risks/{public_id}/"
            for public_id in Risk.objects.public()
            .filter(is_demo=False)
            .order_by("-pk")
            .values_list("public_id", flat=True)[:10_000]
        ),
    ]
    context = {
        "paths": paths,
        "root": settings.PUBLIC_URL,
        "languages": [code for code, _name in settings.LANGUAGES],
    }
    return render(request, "sitemap.xml", context, content_type="application/xml")
