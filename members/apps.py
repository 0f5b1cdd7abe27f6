from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    label = "members"
    verbose_name = "党员"

    def ready(self) -> None:
        from members import figures, requests, services, todo  # noqa: F401  (they declare figures, the journal's actions, what is open)
