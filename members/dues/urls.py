from django.urls import path

from members.dues import view_member, view_money, views

urlpatterns = [
    path("dues/", views.dues, name="dues"),
    path("dues/month/", views.dues_month, name="dues_month"),
    path("dues/collect/", views.dues_collect, name="dues_collect"),
    path("dues/arrears/", views.dues_arrears, name="dues_arrears"),
    path("dues/arrears/export/", views.dues_arrears_export, name="dues_arrears_export"),
    path("dues/bases/", views.dues_bases, name="dues_bases"),
    path("dues/ledger/export/", views.dues_ledger_export, name="dues_ledger_export"),
    path("dues/members/<pk:pk>/", view_member.dues_card, name="dues_card"),
    path("dues/members/<pk:pk>/base/", view_member.dues_base, name="dues_base"),
    path("dues/members/<pk:pk>/reduce/", view_member.dues_reduce, name="dues_reduce"),
    path("dues/members/<pk:pk>/pay/", view_member.dues_pay, name="dues_pay"),
    path("dues/members/<pk:pk>/extra/", view_member.dues_extra, name="dues_extra"),
    path("dues/payments/<pk:pk>/", view_member.dues_receipt, name="dues_receipt"),
    path("dues/payments/<pk:pk>/refund/", view_member.dues_refund, name="dues_refund"),
    path("dues/remittances/", view_money.dues_remittances, name="dues_remittances"),
    path("dues/remittances/new/", view_money.dues_remit, name="dues_remit"),
    path("dues/remittances/<pk:pk>/receive/", view_money.dues_receive, name="dues_receive"),
    path("dues/uses/new/", view_money.dues_use, name="dues_use"),
]
