from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "recouvrement.documents"
    label = "documents"
    verbose_name = "Documents"
