from django.urls import path

from members import (
    gap_views,
    personal_views,
    request_views,
    restructuring_views,
    standing_views,
    structure_views,
    views,
)

urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/export/", views.members_export, name="members_export"),
    path("members/new/", views.member_new, name="member_new"),
    path("members/structure/", structure_views.members_structure, name="structure"),
    path("members/structure/export/", structure_views.structure_export, name="structure_export"),
    path("members/gaps/", gap_views.member_gaps, name="member_gaps"),
    path("members/gaps/export/", gap_views.member_gaps_export, name="member_gaps_export"),
    path("members/find/", personal_views.member_find, name="member_find"),
    path("members/requests/<pk:pk>/", request_views.member_request, name="member_request"),
    path("members/<pk:pk>/ask/", request_views.member_ask, name="member_ask"),
    path("members/<pk:pk>/", views.member_page, name="member"),
    path("members/<pk:pk>/edit/", views.member_edit, name="member_edit"),
    path("members/<pk:pk>/profile/", personal_views.member_profile, name="member_profile"),
    path("org/<pk:pk>/merge/", restructuring_views.branch_merge, name="branch_merge"),
    path("org/<pk:pk>/groups/adjust/", restructuring_views.groups_adjust, name="groups_adjust"),
    path("members/<pk:pk>/standing/", standing_views.standing_new, name="standing_new"),
    path("members/standings/<pk:pk>/edit/", standing_views.standing_edit, name="standing_edit"),
    path("members/standings/<pk:pk>/remove/", standing_views.standing_remove, name="standing_remove"),
    path("members/<pk:pk>/move/", views.member_move, name="member_move"),
    path("members/<pk:pk>/reveal/<slug:name>/", personal_views.member_reveal, name="member_reveal"),
]
