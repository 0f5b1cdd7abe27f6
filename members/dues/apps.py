from django.apps import AppConfig


class DuesConfig(AppConfig):
    name = "members.dues"
    label = "dues"
    verbose_name = "党费"

    def ready(self) -> None:
        from members.dues import book, figures, payments, remitting, services, todo  # noqa: F401  (they declare what they do)
