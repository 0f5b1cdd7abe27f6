from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "partywork.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        """Know every job kind in each process: web, worker and command alike."""
        import partywork.jobs.checks  # registers itself
        import partywork.jobs.keeper  # noqa: F401  connects to the worker's signals

        autodiscover_modules("tasks")
        for module in settings.EXTRA_JOB_MODULES:
            import_module(module)
