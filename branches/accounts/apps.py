from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "branches.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from branches.accounts import figures, services  # noqa: F401  (they declare figures and actions)
