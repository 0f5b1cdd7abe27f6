"""The first page, what is due, the matrix, the page for a new secretary."""

from django.urls import path

from branches.meetings import handover_views, home

urlpatterns = [
    path("", home.home, name="home"),
    path("org/<pk:pk>/handover/", handover_views.handover, name="handover"),
    path("duties/", home.duties, name="duties"),
    path("matrix/", home.matrix, name="matrix"),
    path("matrix/export/", home.matrix_export, name="matrix_export"),
]
