from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "branches.meetings"
    label = "meetings"
    verbose_name = "会议"

    def ready(self) -> None:
        from branches.meetings import figures, receipts, rules, services, training_rules, vote_rules  # noqa: F401  (they declare)
