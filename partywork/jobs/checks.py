"""What must never be switched on where real data is."""
from __future__ import annotations

from django.conf import settings
from django.core.checks import Error, register


@register()
def check_no_test_jobs(app_configs, **kwargs) -> list[Error]:
    if settings.PRODUCTION and settings.EXTRA_JOB_MODULES:
        return [Error("EXTRA_JOB_MODULES 只供测试使用，正式环境不得设置。", id="jobs.E001")]
    return []


@register()
def check_queue(app_configs, **kwargs) -> list[Error]:
    if settings.PRODUCTION and not settings.REDIS_URL:
        return [Error("正式环境必须设置 REDIS_URL：多个网页进程和后台任务进程要共用一个队列。", id="jobs.E002")]
    return []
