"""The one settings file. A laptop needs no environment at all; production is made by environment only.

Profiles (PROFILE): `laptop` (default: SQLite, filesystem queue, keys made beside the data) and `production`
(DATABASE_URL, REDIS_URL, SECRET_KEY, FIELD_KEYS and AUDIT_KEY must come from the environment or *_FILE).
"""
from __future__ import annotations

from pathlib import Path

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF

from partywork import env

BASE_DIR = Path(__file__).resolve().parent.parent
PROFILE = env.choice("PROFILE", "laptop", ("laptop", "production"))
PRODUCTION = PROFILE == "production"
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
DEBUG = False  # never: a debug page shows personal data
FAIL_POINTS = env.words("FAIL_POINTS")  # only tests set this; checks.py refuses it in production

# --- secrets ------------------------------------------------------------------------------------------------------
KEY_DIR = env.folder("KEY_DIR", DATA_DIR / "keys")
# Of several keys the newest stands first: it seals and signs, the others only still open.
SECRET_KEY, *SECRET_KEY_FALLBACKS = (env.kept_secret("SECRET_KEY", KEY_DIR, make=not PRODUCTION) or "unset").split(",")
FIELD_KEYS = env.kept_secret("FIELD_KEYS", KEY_DIR, make=not PRODUCTION).split(",")
AUDIT_KEY = env.kept_secret("AUDIT_KEY", KEY_DIR, make=not PRODUCTION)

# --- hosts --------------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", () if PRODUCTION else ("127.0.0.1", "localhost", "[::1]", "testserver"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")  # whose X-Forwarded-For is believed

# --- apps ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "partywork",
    "partywork.journal",
    "partywork.files",
    "partywork.jobs",
    "partywork.imports",
    "branches",
    "branches.accounts",
    "members",
    "members.transfers",
    "branches.meetings",
    "members.development",
    "members.dues",
    "branches.terms",
    "members.honours",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "treebeard",
    "csp",
    "lucide",
]
MIDDLEWARE = [
    "partywork.middleware.errors.ErrorPages",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # within the policy: static files carry it too
    "partywork.middleware.door.ValuesAtTheDoor",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partywork.middleware.door.RequestFacts",
    "branches.accounts.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "branches.accounts.middleware.FirstPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "partywork.urls"
WSGI_APPLICATION = "partywork.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "branches.accounts.navigation.page_frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database -----------------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL")
if DATABASE_URL:
    DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"]["options"] = (
        "-c lock_timeout=10s -c statement_timeout=120s -c synchronous_commit=on"  # whatever the role's default is
    )
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "partywork.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA secure_delete=ON;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue and cache ------------------------------------------------------------------------------------------------
REDIS_URL = env.text("REDIS_URL")
QUEUE_DIR = env.folder("QUEUE_DIR", DATA_DIR / "queue")  # wake-ups of the laptop's worker; ids only
EXTRA_JOB_MODULES = env.words("EXTRA_JOB_MODULES")  # job kinds of the tests; refused in production
CELERY_BROKER_URL = REDIS_URL or "folder://localhost/"  # see partywork/jobs/transport.py
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 600, "socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    if REDIS_URL
    else {"folder": str(QUEUE_DIR), "polling_interval": 0.2}
)
CELERY_VISIBILITY_TIMEOUT = 600
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for ever
CELERY_TASK_PUBLISH_RETRY = False  # the sweep is the retry; a page never waits for a broker
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False  # unit tests turn this on
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody needs to command a worker through the broker
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "jobs.sweep", "schedule": 30, "options": {"expires": 25}}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- accounts and sessions ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["branches.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "branches.accounts.passwords.OwnNameValidator",
     "OPTIONS": {"user_attributes": ("username", "display_name")}},
    {"NAME": "branches.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "branches.accounts.passwords.CommonValidator"},
    {"NAME": "branches.accounts.passwords.LocalWordsValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "home", "login"
SESSION_ENGINE = "branches.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, 5, 240)
SESSION_HOURS = env.number("SESSION_HOURS", 12, 1, 24)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "partywork.views.csrf_failure"

# How often a wrong password may be tried (branches/accounts/throttle.py).
LOGIN_TRIES = env.number("LOGIN_TRIES", 5, 3, 20)  # one name at one address; then a lock of so many hours
LOGIN_LOCK_HOURS = env.number("LOGIN_LOCK_HOURS", 1, 1, 24)
LOGIN_TRIES_A_DAY = env.number("LOGIN_TRIES_A_DAY", 20, 5, 1000)  # one name, from all strange addresses together
ADDRESS_TRIES_A_DAY = env.number("ADDRESS_TRIES_A_DAY", 300, 20, 100_000)  # one address, whatever the names

# --- safety on the wire -------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.flag("HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = env.folder("UPLOAD_TEMP_DIR", DATA_DIR / "tmp")
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
REQUEST_MAX_BYTES = 5 * UPLOAD_MAX_BYTES  # several files in one form; nginx and waitress let a little more through

# --- files --------------------------------------------------------------------------------------------------------
MEDIA_ROOT = env.folder("FILES_DIR", DATA_DIR / "files")
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_DIR", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap/css", bootstrap_wrapper.get_bootstrap_css_dir())]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- words --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "partywork.formats"
DATE_FORMAT = "Y年n月j日"

# --- logs ---------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "partywork.logs.HidePrivate"}},
    "formatters": {"json": {"()": "partywork.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["private"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"partywork": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
