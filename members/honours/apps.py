from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "members.honours"
    label = "honours"
    verbose_name = "表彰"

    def ready(self) -> None:
        from members.honours import figures, rules, services, slots  # noqa: F401  (they declare)
