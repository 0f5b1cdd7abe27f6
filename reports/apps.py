from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    label = "reports"
    verbose_name = "报告"

    def ready(self) -> None:
        from reports import receipts  # noqa: F401  (their declarations fill the catalogues)
