from django.urls import path

from members.honours import award_views, views

urlpatterns = [
    path("honours/", award_views.awards, name="awards"),
    path("honours/export/", award_views.awards_export, name="awards_export"),
    path("honours/new/", award_views.award_new, name="award_new"),
    path("honours/<pk:pk>/void/", award_views.award_void, name="award_void"),
    path("honours/rounds/", views.rounds, name="rounds"),
    path("honours/rounds/new/", views.round_new, name="round_new"),
    path("honours/rounds/<pk:pk>/", views.round_page, name="round"),
    path("honours/rounds/<pk:pk>/edit/", views.round_edit, name="round_edit"),
    path("honours/rounds/<pk:pk>/quotas/", views.round_quotas, name="round_quotas"),
    path("honours/rounds/<pk:pk>/publish/", views.round_publish, name="round_publish"),
    path("honours/rounds/<pk:pk>/decide/", views.round_decide, name="round_decide"),
    path("honours/quotas/<pk:pk>/nominate/", views.nomination_new, name="nomination_new"),
    path("honours/nominations/<pk:pk>/", views.nomination_page, name="nomination"),
    path("honours/nominations/<pk:pk>/edit/", views.nomination_edit, name="nomination_edit"),
    path("honours/nominations/<pk:pk>/review/", views.nomination_review, name="nomination_review"),
    path("honours/nominations/<pk:pk>/refuse/", views.nomination_refuse, name="nomination_refuse"),
    path("honours/nominations/<pk:pk>/withdraw/", views.nomination_withdraw, name="nomination_withdraw"),
    path("honours/titles/", award_views.titles, name="titles"),
    path("honours/titles/new/", award_views.title_new, name="title_new"),
    path("honours/titles/<pk:pk>/edit/", award_views.title_edit, name="title_edit"),
    path("honours/examples/", award_views.examples, name="examples"),
    path("honours/examples/new/", award_views.example_new, name="example_new"),
    path("honours/examples/<pk:pk>/edit/", award_views.example_edit, name="example_edit"),
    path("honours/examples/<pk:pk>/choose/", award_views.example_choose, name="example_choose"),
]
