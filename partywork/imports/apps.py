from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    name = "partywork.imports"
    label = "imports"
    verbose_name = "批量导入"

    def ready(self) -> None:
        """Every app declares its importers in `imports.py`; each process knows all of them."""
        autodiscover_modules("imports")
