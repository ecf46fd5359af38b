from django.apps import AppConfig


class DatasetsAppConfig(AppConfig):
    name = "datasets_app"
    verbose_name = "Datasets and people"
    default_auto_field = "django.db.models.BigAutoField"
