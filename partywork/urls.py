"""Every URL of the site; each app lists its own."""
from django.urls import include, path

from partywork import converters, views
from partywork.health import show_health

converters.register_all()  # before the apps' own lists are read

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error

urlpatterns = [
    path("healthz", show_health, name="healthz"),
    path("", include("branches.meetings.home_urls")),
    path("", include("branches.rule_urls")),
    path("", include("branches.meetings.urls")),
    path("", include("branches.accounts.urls")),
    path("", include("branches.urls")),
    path("", include("members.urls")),
    path("", include("members.dues.urls")),
    path("", include("branches.terms.urls")),
    path("", include("members.honours.urls")),
    path("", include("members.development.urls")),
    path("", include("members.transfers.urls")),
    path("", include("reports.urls")),
    path("", include("partywork.jobs.urls")),
    path("", include("partywork.imports.urls")),
    path("", include("partywork.status.urls")),
]
