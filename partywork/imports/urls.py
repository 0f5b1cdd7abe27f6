from django.urls import path

from partywork.imports import views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/new/<slug:kind>/", views.import_new, name="import_new"),
    path("imports/template/<slug:kind>/", views.import_template, name="import_template"),
    path("imports/<pk:pk>/", views.import_batch, name="import_batch"),
    path("imports/<pk:pk>/columns/", views.import_columns, name="import_columns"),
    path("imports/<pk:pk>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<pk:pk>/undo/", views.import_undo, name="import_undo"),
    path("imports/<pk:pk>/download/", views.import_download, name="import_download"),
]
