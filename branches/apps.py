from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    label = "branches"
    verbose_name = "组织"

    def ready(self) -> None:
        from branches import figures, restructuring, rules, services  # noqa: F401  (they declare figures, rules and actions)
