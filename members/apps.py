from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from members import figures, requests, restructuring, services, standing_page, standing_rules, todo  # noqa: F401  (they declare figures and the journal's actions)  # noqa: F401  (they declare slots and rules)
