from django.urls import path

from partywork.jobs import views

urlpatterns = [path("jobs/<uuid:job_id>/", views.job_status, name="job")]
