"""Meetings: list, form, one meeting, its files."""
from django.urls import path

from branches.meetings import view_files, view_form, views

urlpatterns = [
    path("meetings/", views.meeting_list, name="meetings"),
    path("meetings/export/", views.meetings_export, name="meetings_export"),
    path("meetings/new/", view_form.meeting_new, name="meeting_new"),
    path("meetings/autosave/", view_form.meeting_autosave, name="meeting_autosave"),
    path("meetings/attendance/", view_form.meeting_attendance, name="meeting_attendance"),
    path("meetings/files/add/", view_files.meeting_file_add, name="meeting_file_add"),
    path("meetings/files/<pk:pk>/", view_files.meeting_file, name="meeting_file"),
    path("meetings/files/<pk:pk>/remove/", view_files.meeting_file_remove, name="meeting_file_remove"),
    path("meetings/<pk:pk>/", views.meeting_detail, name="meeting"),
    path("meetings/<pk:pk>/edit/", view_form.meeting_edit, name="meeting_edit"),
    path("meetings/<pk:pk>/void/", views.meeting_void, name="meeting_void"),
    path("meetings/<pk:pk>/restore/", views.meeting_restore, name="meeting_restore"),
]
