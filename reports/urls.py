from django.urls import path

from reports import view_figures, view_templates, views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/new/", views.report_new, name="report_new"),
    path("reports/<pk:pk>/", views.report, name="report"),
    path("reports/<pk:pk>/passage/", views.passage_save, name="passage_save"),
    path("reports/<pk:pk>/point/", views.shortfall_decide, name="shortfall_decide"),
    path("reports/<pk:pk>/make/", views.report_make, name="report_make"),
    path("reports/versions/<pk:pk>/", views.report_version, name="report_version"),
    path("reports/versions/<pk:pk>/file/", views.report_download, name="report_download"),
    path("figures/", view_figures.figures, name="figures"),
    path("figures/export/", view_figures.figures_export, name="figures_export"),
    path("figures/<str:key>/", view_figures.figure_rows, name="figure_rows"),
    path("figures/<str:key>/export/", view_figures.figure_rows_export, name="figure_rows_export"),
    path("report-templates/", view_templates.templates, name="templates"),
    path("report-templates/new/", view_templates.template_upload, name="template_upload"),
    path("report-templates/builtin/", view_templates.template_builtin, name="template_builtin"),
    path("report-templates/<pk:pk>/retire/", view_templates.template_retire, name="template_retire"),
]
