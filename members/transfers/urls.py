from django.urls import path

from members.transfers import views

urlpatterns = [
    path("transfers/", views.transfers, name="transfers"),
    path("transfers/export/", views.transfers_export, name="transfers_export"),
    path("transfers/in/", views.transfer_in, name="transfer_in"),
    path("transfers/<pk:pk>/", views.transfer, name="transfer"),
    path("transfers/<pk:pk>/do/", views.transfer_act, name="transfer_act"),
    path("transfers/<pk:pk>/letter/", views.transfer_letter, name="transfer_letter"),
    path("members/<pk:pk>/transfer/", views.transfer_out, name="transfer_out"),
]
