from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "recouvrement.journal"
    label = "journal"
    verbose_name = "Journal"
