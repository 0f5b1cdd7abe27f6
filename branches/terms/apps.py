from django.apps import AppConfig


class TermsConfig(AppConfig):
    name = "branches.terms"
    label = "terms"
    verbose_name = "届次和选举"

    def ready(self) -> None:
        from branches.terms import figures, rules, services, slots  # noqa: F401  (they declare)
