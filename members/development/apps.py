from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    name = "members.development"
    label = "development"
    verbose_name = "发展党员"

    def ready(self) -> None:
        from members.development import book, book_people  # noqa: F401  (they declare the chain's rules)
