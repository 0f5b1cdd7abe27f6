from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    name = "members.development"
    label = "development"
    verbose_name = "发展党员"

    def ready(self) -> None:
        from members.development import book, book_people, services  # noqa: F401  (rules, actions)
