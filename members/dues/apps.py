from django.apps import AppConfig


class DuesConfig(AppConfig):
    name = "members.dues"
    label = "dues"
    verbose_name = "党费"

    def ready(self) -> None:
        from members.dues import book, payments, remitting, services  # noqa: F401  (they declare rules and actions)
