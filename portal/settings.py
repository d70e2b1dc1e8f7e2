"""Every setting of the portal, read from the environment.

A variable that is secret or unsafe has no default: the process does not start and
says which one is missing. `.env.example` lists them all.
"""

from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from environs import FileAwareEnv, validate

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv()

# What a deployment must say

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
# Where readers find the portal; feeds, mails and hreflang links are built on it.
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
HTTPS = env.bool("HTTPS", default=PUBLIC_URL.startswith("https://"))
TWO_FACTOR_REQUIRED = env.bool("TWO_FACTOR_REQUIRED", default=not DEBUG)
VAR_DIR = env.path("PORTAL_VAR", default=BASE_DIR / "var")

# The house

INSTALLED_APPS = [
    "portal.apps.LeafletTagsConfig",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "django_prose_editor",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "foundation.accounts",
    "foundation.territory",
    "foundation.audit",
    "foundation.notifications",
    "foundation.search",
    "foundation.open_data",
    "foundation.web_links",
    "corruption_map",
    "indicators",
    "library",
    "reports",
    "courses",
    "surveys",
    "volunteers",
    "portal.apps.PortalConfig",
]

MIDDLEWARE = [
    "reports.middleware.NoTraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "foundation.accounts.middleware.StaffLanguageMiddleware",
    "foundation.accounts.middleware.TwoFactorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "foundation.templatetags.portal_text",
            ],
        },
    }
]
# Templates of ours come before those of a library, the form field among them.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Storage

DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True),
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}
# How long a rendered page is kept at most; a publication ends its life at once.
PAGE_STORE_SECONDS = 60 * 60

MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("boundaries", BASE_DIR / "data" / "boundaries"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_STORAGE",
            default="whitenoise.storage.CompressedManifestStaticFilesStorage",
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Staff edit a question with 200 answers, five fields each, in one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_500

# Celery

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Publishing must not wait for a broker that is down: the outbox row is the truth.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "derive figures": {
        "task": "indicators.tasks.derive",
        "schedule": crontab(hour=1, minute=20),
    },
    "send waiting messages": {
        "task": "foundation.notifications.tasks.sweep_messages",
        "schedule": 60.0,
    },
    "forget outdated messages": {
        "task": "foundation.notifications.tasks.forget_outdated",
        "schedule": crontab(hour=3, minute=30),
    },
    "read the files of the library": {
        "task": "library.tasks.read_waiting",
        "schedule": 600.0,
    },
    "keep editions of the datasets": {
        "task": "foundation.open_data.tasks.keep_editions",
        "schedule": crontab(hour=2, minute=40),
    },
    "look for links that broke": {
        "task": "foundation.web_links.tasks.check_links",
        "schedule": crontab(hour=4, minute=30),
    },
    "mail the new finds of followed searches": {
        "task": "foundation.search.tasks.announce_finds",
        "schedule": crontab(hour=6, minute=30),
    },
    "give free places to those who wait": {
        "task": "volunteers.tasks.promote_waiting",
        "schedule": 30.0,
    },
    "remind volunteers": {
        "task": "volunteers.tasks.send_reminders",
        "schedule": 900.0,
    },
    "count volunteers": {
        "task": "volunteers.tasks.recount_volunteers",
        "schedule": 600.0,
    },
    "erase inactive volunteers": {
        "task": "volunteers.tasks.erase_outdated",
        "schedule": crontab(hour=3, minute=50),
    },
    "recount the map for the new day": {
        "task": "corruption_map.tasks.recount_map",
        "schedule": crontab(hour=0, minute=1),
    },
    "tell recipients that something waits": {
        "task": "reports.tasks.tell_recipients",
        "schedule": crontab(hour=9, minute=0, day_of_week="1-5"),
    },
    "warn of reports that are soon erased": {
        "task": "reports.tasks.warn_holders",
        "schedule": crontab(hour=9, minute=5),
    },
    "forget what reports need no longer": {
        "task": "reports.tasks.forget",
        "schedule": crontab(hour=2, minute=15),
    },
    "grade tests whose time has run out": {
        "task": "courses.tasks.close_overdue_attempts",
        "schedule": 60.0,
    },
    "open and close duties to learn": {
        "task": "courses.tasks.keep_obligations",
        "schedule": crontab(hour=5, minute=0),
    },
    "count the staff trained": {
        "task": "courses.tasks.count_trained",
        "schedule": crontab(hour=0, minute=20),
    },
    "analyse the questions": {
        "task": "courses.tasks.analyse_tests",
        "schedule": crontab(hour=4, minute=0),
    },
    "store waiting answers": {
        "task": "surveys.tasks.store_answers",
        "schedule": 60.0,
    },
    "count answers anew": {
        "task": "surveys.tasks.compare_counts",
        "schedule": crontab(hour=3, minute=10),
    },
    "forget drafts of answers": {
        "task": "surveys.tasks.forget_drafts",
        "schedule": crontab(hour=2, minute=45),
    },
    "mail what is due": {
        "task": "corruption_map.tasks.remind_of_deadlines",
        "schedule": crontab(hour=7, minute=0),
    },
}

# Languages and time

LANGUAGE_CODE = "kk"
FORMAT_MODULE_PATH = ["portal.formats"]
LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
# Our own texts, then those that libraries lack or get wrong.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale_packages"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Almaty")
CELERY_TIMEZONE = TIME_ZONE
# The names people read, not the browser's cookie: the address carries the language.
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_PATH = "/accounts/"

# People

AUTH_USER_MODEL = "accounts.User"
# allauth's backend is Django's with login by e-mail; with both, a wrong password
# would be hashed twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Messages stay in the session: no cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "portal.staff.adapter.MailingAccountAdapter"
ACCOUNT_FORMS = {
    "login": "foundation.accounts.forms.LoginForm",
    "reauthenticate": "foundation.accounts.forms.ReauthenticateForm",
    "change_password": "foundation.accounts.forms.ChangePasswordForm",
    "reset_password": "foundation.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "foundation.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# allauth's own would copy every address into a second table.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = (
    "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  a class
)
# How many proxies of ours stand before the portal; limits count their clients apart.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_ADAPTER = "foundation.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "foundation.accounts.forms.CodeForm",
    "reauthenticate": "foundation.accounts.forms.CodeAgainForm",
    "activate_totp": "foundation.accounts.forms.AddAppForm",
    "add_webauthn": "foundation.accounts.forms.AddKeyForm",
    "edit_webauthn": "foundation.accounts.forms.RenameKeyForm",
    "login_webauthn": "foundation.accounts.forms.LoginKeyForm",
    "authenticate_webauthn": "foundation.accounts.forms.SecondKeyForm",
    "reauthenticate_webauthn": "foundation.accounts.forms.KeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = env.str("AUTHORITY_SHORT_NAME", default="Anti-Corruption Portal")

# Mail: written to var/mail until a server is named

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.dj_email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Safety

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
# Asked from beside the process, where nobody ends TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https")
    if env.bool("TRUST_FORWARDED_PROTO", default=False)
    else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Static on purpose: without a nonce a stored page can be given to everybody.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# The public API

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["foundation.open_data.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # How many proxies of ours add the reader's address; 0 trusts no such header.
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
# A token bucket for each address: so many requests at once, then so many a second.
API_BURST = 600
API_PER_SECOND = 20
SPECTACULAR_SETTINGS = {
    "TITLE": "Open Anti-Corruption Portal",
    "DESCRIPTION": "Everything that is public on the portal, as data.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# Risk levels: the lowest score (likelihood × impact) of each. Kazakhstan's documents
# name levels in words; these cut-offs are the portal's, so they are a setting.

RISK_LEVELS = {"low": 1, "medium": 5, "high": 10, "critical": 15}

# Whether the portal visits the addresses its pages lead to, to find those that broke.
# Without it, it asks no other server for anything.
CHECK_LINKS = env.bool("CHECK_LINKS", default=False)

# How soon after a survey's close the portal says what came of it, before it is overdue.
SURVEY_DECISION_DAYS = env.int("SURVEY_DECISION_DAYS", default=30)

# Reports: where the quick exit leads, how much work a vault's passphrase costs

QUICK_EXIT_URL = env.str("QUICK_EXIT_URL", default="https://www.wikipedia.org/")
ONION_URL = env.str("ONION_URL", default="").rstrip("/")
TIP_DEADLINES = env.str(
    "TIP_DEADLINES", default="kz", validate=validate.OneOf(["kz", "eu"])
)
REPORT_PROOF_KEY = env.str("REPORT_PROOF_KEY", default="")
VAULT_MEMORY_MIB = env.int("VAULT_MEMORY_MIB", default=256)
VAULT_IDLE_MINUTES = 15
VAULT_HOURS = 8
TIP_FILE_BYTES = 2 * 1024**3
TIP_FILES = 20
# What the portal keeps free on its disk, whoever uploads.
TIP_FREE_BYTES = 2 * 1024**3

# Courses: the key that signs certificates (PEM); empty, one is made in VAR_DIR

BADGE_KEY = env.str("BADGE_KEY", default="")

# The map: our own boundaries, no tile server

LEAFLET_CONFIG = {
    "TILES": [],
    "NO_GLOBALS": False,
    "RESET_VIEW": False,
    "SCALE": None,
    "MINIMAP": False,
    "ATTRIBUTION_PREFIX": "",
}

# Logs: no address, no agent, no content

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own lines would carry paths and tracebacks with local values.
        "django.request": {"handlers": ["console"], "level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": ["null"], "propagate": False},
        "django.server": {"handlers": ["null"], "propagate": False},
    },
}
