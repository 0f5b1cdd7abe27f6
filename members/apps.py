from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from members import figures, restructuring, services, standing_page, standing_rules  # noqa: F401  (they declare figures, acts, rules, slots)
