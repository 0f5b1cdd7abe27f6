from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "partywork.files"
    label = "files"
    verbose_name = "附件"
