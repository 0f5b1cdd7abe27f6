from django.apps import AppConfig


class HonoursConfig(AppConfig):
    name = "members.honours"
    label = "honours"
    verbose_name = "表彰"
