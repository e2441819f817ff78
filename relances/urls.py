from django.urls import URLPattern

app_name = "relances"
urlpatterns: list[URLPattern] = []
