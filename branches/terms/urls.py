from django.urls import path

from branches.terms import election_views, views

urlpatterns = [
    path("terms/", views.terms, name="terms"),
    path("terms/export/", views.terms_export, name="terms_export"),
    path("terms/appointments/", views.appointments, name="appointments"),
    path("terms/<pk:pk>/", views.term_page, name="term"),
    path("terms/<pk:pk>/edit/", views.term_edit, name="term_edit"),
    path("terms/<pk:pk>/extend/", views.term_extend, name="term_extend"),
    path("terms/seats/<pk:pk>/end/", views.seat_end, name="seat_end"),
    path("terms/seats/<pk:pk>/change/", views.seat_change, name="seat_change"),
    path("terms/seats/<pk:pk>/fill/", views.seat_fill, name="seat_fill"),
    path("org/<pk:pk>/terms/new/", views.term_new, name="term_new"),
    path("org/<pk:pk>/elections/new/", election_views.election_new, name="election_new"),
    path("elections/<pk:pk>/", election_views.election_page, name="election"),
    path("elections/<pk:pk>/approve/", election_views.election_approve, name="election_approve"),
    path("elections/<pk:pk>/void/", election_views.election_void, name="election_void"),
]
