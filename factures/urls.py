from django.urls import URLPattern

app_name = "factures"
urlpatterns: list[URLPattern] = []
