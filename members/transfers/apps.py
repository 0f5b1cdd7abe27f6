from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "members.transfers"
    label = "transfers"
    verbose_name = "组织关系转接"

    def ready(self) -> None:
        from members.transfers import figures, rules, services, slots, verification  # noqa: F401  (they declare themselves)
