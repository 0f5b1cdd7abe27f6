from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "partywork.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        """Know every job kind in each process: web, worker and command alike."""
        import partywork.jobs.keeper  # noqa: F401  connects to the worker's signals

        autodiscover_modules("tasks")
        load_extra_kinds()


def load_extra_kinds() -> None:
    if settings.PRODUCTION and settings.EXTRA_JOB_MODULES:
        raise ImproperlyConfigured("EXTRA_JOB_MODULES 只供测试使用，正式环境不得设置。")
    for module in settings.EXTRA_JOB_MODULES:
        import_module(module)
