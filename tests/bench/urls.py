"""The site's own URLs and one empty view among them: what our middleware costs by itself."""
from django.urls import include, path

from tests.bench.floors import empty

handler400, handler403 = "partywork.views.bad_request", "partywork.views.forbidden"
handler404, handler500 = "partywork.views.not_found", "partywork.views.server_error"
urlpatterns = [path("bench/empty/", empty), path("", include("partywork.urls"))]
