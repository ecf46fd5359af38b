"""Addresses of the pages of people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

urlpatterns = [
    path("", views.clients, name="clients"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("theme/", views.theme, name="theme"),
    path("keys/", views.keys, name="keys"),
    path("clients/<str:client_id>/tokens/", views.tokens, name="tokens"),
    path("clients/<str:client_id>/tokens/<str:token_id>/revoke/", views.token_revoke, name="token-revoke"),
]
