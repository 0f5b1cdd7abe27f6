from django.urls import path

from partywork.status import views

urlpatterns = [
    path("system/", views.system, name="system"),
    path("system/verify/", views.system_verify, name="system_verify"),
    path("system/handbook/", views.handbook, name="handbook"),
]
