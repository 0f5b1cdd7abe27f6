from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    name = "members.development"
    label = "development"
    verbose_name = "发展党员"

    def ready(self) -> None:
        from members.development import added, book, book_people, figures, services, verification  # noqa: F401  (they declare)
