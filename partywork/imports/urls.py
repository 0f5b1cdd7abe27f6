"""Each kind of sheet has addresses of its own: who may open them differs."""

from django.urls import path

from partywork.imports import views
from partywork.imports.registry import all_importers

KINDS = [each.kind for each in all_importers()]
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    *(path(f"imports/{kind}/new/", views.import_new, {"kind": kind}, name=f"import_{kind}") for kind in KINDS),
    *(path(f"imports/{kind}/template/", views.import_template, {"kind": kind}, name=f"import_{kind}_template") for kind in KINDS),
    path("imports/<pk:pk>/", views.import_batch, name="import_batch"),
    path("imports/<pk:pk>/columns/", views.import_columns, name="import_columns"),
    path("imports/<pk:pk>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<pk:pk>/undo/", views.import_undo, name="import_undo"),
    path("imports/<pk:pk>/download/", views.import_download, name="import_download"),
]
