from django.urls import URLPattern

app_name = "contentieux"
urlpatterns: list[URLPattern] = []
