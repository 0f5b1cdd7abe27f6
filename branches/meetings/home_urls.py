"""The first page, what is due, the matrix."""

from django.urls import path

from branches.meetings import home

urlpatterns = [
    path("", home.home, name="home"),
    path("duties/", home.duties, name="duties"),
    path("matrix/", home.matrix, name="matrix"),
    path("matrix/export/", home.matrix_export, name="matrix_export"),
]
