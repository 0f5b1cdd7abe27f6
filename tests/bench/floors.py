"""What plain Django needs for the same rows: bare views and an admin, the gauge of every run. A URLconf of the bench only."""
from __future__ import annotations

import io

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import Template, engines
from django.urls import path
from openpyxl import Workbook

from branches.meetings.models import Attendance, Meeting
from members.models import Member, Membership

COLUMNS = ("member__name", "branch__short_name", "group__name", "kind", "member__sex", "member__joined_on",
           "member__full_on", "start_on")


def page(text: str) -> Template:
    return engines["django"].from_string(f"<!doctype html><title>x</title><body>{text}</body>")


SIGN_IN = page('<form method="post">{% csrf_token %}{{ form.as_p }}<button>x</button></form>')
LIST = page("<p>{{ page.paginator.count }}</p><table>{% for row in page %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}"
            "</tr>{% endfor %}</table><p>{{ page.number }} / {{ page.paginator.num_pages }}</p>")
MEMBER = page("<h1>{{ member.name }}</h1><table>{% for row in steps %}<tr><td>{{ row.start_on }}<td>{{ row.branch.short_name }}"
              "<td>{{ row.get_kind_display }}</tr>{% endfor %}</table><table>{% for row in came %}<tr><td>{{ row.meeting.held_on }}"
              "<td>{{ row.meeting.title }}<td>{{ row.get_state_display }}</tr>{% endfor %}</table>")
MEETING = page(
    '<h1>{{ meeting.title }}</h1><p>{{ meeting.branch.short_name }} {{ meeting.held_on }}</p><pre>{{ meeting.minutes }}</pre>'
    '<form><table>{% for row in rows %}<tr><td>{{ row.member.name }}<td><select name="s{{ row.pk }}">'
    '{% for value, label in states %}<option value="{{ value }}"{% if value == row.state %} selected{% endif %}>{{ label }}</option>'
    '{% endfor %}</select><td><input name="n{{ row.pk }}" value="{{ row.reason }}"></tr>{% endfor %}</table></form>')


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


@login_required
def signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.username)


def sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SIGN_IN.render({"form": AuthenticationForm(request)}, request))


def roster() -> QuerySet:
    return Membership.objects.filter(stop_on=None).order_by("member__pinyin", "member_id")


@login_required
def member_list(request: HttpRequest) -> HttpResponse:
    rows, words = roster(), request.GET.get("q")
    if words:
        rows = rows.filter(Q(member__name__icontains=words) | Q(member__pinyin__icontains=words))
    return HttpResponse(LIST.render({"page": Paginator(rows.values_list(*COLUMNS), 25).get_page(request.GET.get("page"))}))


@login_required
def member(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Member, pk=pk)
    came = Attendance.objects.filter(member=one).select_related("meeting").order_by("-meeting__held_on", "-meeting_id")[:20]
    return HttpResponse(MEMBER.render({"member": one, "came": came, "steps": one.memberships.select_related("branch")}))


@login_required
def meeting_list(request: HttpRequest) -> HttpResponse:
    rows = Meeting.objects.order_by("-held_on", "-id").values_list(
        "held_on", "title", "branch__short_name", "state", "expected_count", "present_count", "place", "recorded_on")
    return HttpResponse(LIST.render({"page": Paginator(rows, 25).get_page(1)}))


@login_required
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Meeting.objects.select_related("branch"), pk=pk)
    rows = one.attendance.select_related("member").order_by("member__pinyin")
    return HttpResponse(MEETING.render({"meeting": one, "rows": rows, "states": Attendance._meta.get_field("state").choices}))


@login_required
def export(request: HttpRequest) -> HttpResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    for row in roster().values_list(*COLUMNS).iterator(500):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return HttpResponse(file.getvalue())


class OpenSite(admin.AdminSite):
    """Our accounts know neither staff nor Django's permissions."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated


class RosterAdmin(admin.ModelAdmin):
    list_display = ("name", "branch", "group", "kind", "sex", "joined_on", "full_on", "start_on")
    list_select_related = ("member", "branch", "group__branch")
    list_filter = ("kind",)
    list_per_page = 25
    search_fields = ("member__name", "member__pinyin")
    ordering = ("member__pinyin", "member_id")

    name = admin.display(description="name")(lambda self, row: row.member.name)
    sex = admin.display(description="sex")(lambda self, row: row.member.get_sex_display())
    joined_on = admin.display(description="joined")(lambda self, row: row.member.joined_on)
    full_on = admin.display(description="full")(lambda self, row: row.member.full_on)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(stop_on=None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


site = OpenSite()
site.register(Membership, RosterAdmin)
urlpatterns = [
    path("empty/", empty), path("signed-in/", signed_in), path("sign-in/", sign_in), path("list/", member_list),
    path("member/<int:pk>/", member), path("meetings/", meeting_list), path("meeting/<int:pk>/", meeting),
    path("export/", export), path("admin/", site.urls),
]
