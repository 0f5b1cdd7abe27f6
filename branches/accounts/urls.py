from django.urls import path

from branches.accounts import desk, views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end/", views.sessions_end, name="sessions_end"),
    path("sessions/<uuid:pk>/end/", views.session_end, name="session_end"),
    path("permissions/", views.permissions, name="permissions"),
    path("journal/", views.journal, name="journal"),
    path("journal/heads/", views.journal_heads, name="journal_heads"),
    path("accounts/", desk.accounts, name="accounts"),
    path("accounts/new/", desk.account_new, name="account_new"),
    path("accounts/<pk:pk>/", desk.account, name="account"),
    path("accounts/<pk:pk>/edit/", desk.account_edit, name="account_edit"),
    path("accounts/<pk:pk>/reset/", desk.account_reset, name="account_reset"),
    path("accounts/<pk:pk>/sessions/end/", desk.account_sessions_end, name="account_sessions_end"),
    path("accounts/<pk:pk>/posts/new/", desk.post_new, name="post_new"),
    path("accounts/posts/<pk:pk>/end/", desk.post_end, name="post_end"),
]
