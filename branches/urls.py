from django.urls import path

from branches import holiday_views, restructuring_views, views

urlpatterns = [
    path("org/", views.org, name="org"),
    path("org/names/", views.branch_names, name="branch_names"),
    path("org/new/", views.org_new, name="org_new"),
    path("org/<pk:pk>/", views.branch_page, name="branch"),
    path("org/<pk:pk>/edit/", views.branch_edit, name="branch_edit"),
    path("org/<pk:pk>/dissolve/", views.branch_dissolve, name="branch_dissolve"),
    path("org/<pk:pk>/rename/", restructuring_views.branch_rename, name="branch_rename"),
    path("org/<pk:pk>/move/", restructuring_views.branch_move, name="branch_move"),
    path("org/events/<pk:pk>/undo/", restructuring_views.event_undo, name="event_undo"),
    path("org/groups/<pk:pk>/rename/", restructuring_views.group_rename, name="group_rename"),
    path("org/<pk:pk>/groups/new/", views.group_new, name="group_new"),
    path("org/groups/<pk:pk>/edit/", views.group_edit, name="group_edit"),
    path("org/groups/<pk:pk>/dissolve/", views.group_dissolve, name="group_dissolve"),
    path("bureau/", views.bureau, name="bureau"),
    path("holidays/", holiday_views.holidays, name="holidays"),
    path("holidays/new/", holiday_views.holiday_new, name="holiday_new"),
    path("holidays/<pk:pk>/edit/", holiday_views.holiday_edit, name="holiday_edit"),
    path("holidays/<pk:pk>/remove/", holiday_views.holiday_remove, name="holiday_remove"),
]
