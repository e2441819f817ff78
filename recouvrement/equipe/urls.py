from django.urls import URLPattern

app_name = "equipe"
urlpatterns: list[URLPattern] = []
