"""Forms of accounts, posts and signing in; the filters of the keeper's and the auditor's lists."""

from __future__ import annotations

import unicodedata

import django_filters
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.db.models import QuerySet

from branches.accounts.models import Account, Post
from branches.accounts.permissions import Role
from branches.choosing import BranchChoice
from branches.models import Branch
from partywork.forms import DateField, FormHabits, SiteForm, SiteModelForm, TokenForm, VersionForm
from partywork.journal.heads import read_written
from partywork.journal.models import Entry, Result
from partywork.journal.services import action_choices
from partywork.lists import FilterForm, SiteFilterSet
from partywork.periods import today


class PasswordField(forms.CharField):
    """A password as typed: neither trimmed nor looked at; full-width letters are what an input method makes of them."""

    def __init__(self, label: str, autocomplete: str, **kwargs) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, strip=False, max_length=200, widget=widget, **kwargs)


class LoginName(UsernameField):
    """The name as the limiter and the backend both read it: full-width and capital letters make no second name."""

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip().lower()


class LoginForm(FormHabits, AuthenticationForm):
    username = LoginName(
        label="登录名",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocapitalize": "none", "autocomplete": "username"}
        ),
    )
    password = PasswordField("密码", "current-password")
    error_messages = {"invalid_login": "登录名或密码不对。", "inactive": "登录名或密码不对。"}


class PasswordForm(SiteForm):
    """Changing one's own password. The old one is judged, counted and noted as at signing in."""

    old_password = PasswordField("现在的密码", "current-password")
    new_password = PasswordField("新密码", "new-password")
    again = PasswordField("再输入一次新密码", "new-password")

    def __init__(self, *args, request, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["new_password"].help_text = "".join(password_validators_help_texts())
        self.fields["again"].error_messages["required"] = "请再输入一次新密码。"

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.request.user.username, password=old) is None:
            raise forms.ValidationError("现在的密码不对。")
        return old

    def clean_new_password(self) -> str:
        new = self.cleaned_data["new_password"]
        if new == self.cleaned_data.get("old_password"):
            raise forms.ValidationError("新密码和现在的密码一样，请换一个。")
        validate_password(new, self.request.user)
        return new

    def clean_again(self) -> str:
        again = self.cleaned_data["again"]
        if "new_password" in self.cleaned_data and again != self.cleaned_data["new_password"]:
            raise forms.ValidationError("两次输入的新密码不一样。")
        return again


class PostForm(SiteForm, TokenForm):
    role = forms.ChoiceField(label="职务", choices=[("", "请选择"), *Role.choices])
    branch = BranchChoice(label="党组织", empty_label="请选择")
    start_on = DateField(label="任职日期", initial=today, help_text="权限从这一天起生效。")

    def __init__(self, *args, account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.appointable_by(account).active_on(today())


class NewAccountForm(PostForm):
    """A new account, and with it its first post if one is given."""

    username = forms.CharField(
        label="登录名", max_length=30, help_text="小写字母开头，可用数字、点、横线和下划线；建好后不能改。"
    )
    display_name = forms.CharField(label="姓名", max_length=30)
    field_order = ["username", "display_name", "role", "branch", "start_on"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("role", "branch", "start_on"):
            self.fields[name].required = False
        self.fields["role"].help_text = "可以先不填，以后在账号页面任命。"

    def clean(self) -> None:
        role, branch = self.cleaned_data.get("role"), self.cleaned_data.get("branch")
        if role and not branch and "branch" not in self.errors:
            self.add_error("branch", "请选择在哪个党组织任职。")
        if branch and not role and "role" not in self.errors:
            self.add_error("role", "请选择职务。")


class AccountForm(SiteModelForm, VersionForm):
    class Meta:
        model = Account
        fields = ["display_name", "is_active"]
        help_texts = {"is_active": "取消勾选后，此人的下一次操作就会被退出，任职记录保留。"}


class EndPostForm(SiteForm):
    day = DateField(label="免职日期", initial=today, help_text="自这一天起不再担任，权限随即失效。")


class AccountFilter(SiteFilterSet):
    words = django_filters.CharFilter(label="登录名或姓名", method="search")
    role = django_filters.ChoiceFilter(
        label="现任职务", choices=Role.choices, method="holding", empty_label="全部"
    )
    is_active = django_filters.ChoiceFilter(
        label="状态", choices=[("1", "可以登录"), ("0", "已停用")], method="state", empty_label="全部"
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)

    def holding(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(pk__in=Post.objects.active_on(today()).filter(role=value).values("account"))

    def state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_active=value == "1")


class EntryFilter(SiteFilterSet):
    since = django_filters.DateFilter(
        label="从",
        field_name="at",
        lookup_expr="date__gte",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="到",
        field_name="at",
        lookup_expr="date__lte",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    actor = django_filters.CharFilter(label="操作人", field_name="actor_name", lookup_expr="icontains")
    action = django_filters.ChoiceFilter(label="操作", choices=action_choices, empty_label="全部")
    result = django_filters.ChoiceFilter(label="结果", choices=Result.choices, empty_label="全部")

    class Meta:
        model = Entry
        fields: list[str] = []


class HeadForm(FilterForm):
    """A head of the journal as it stands on paper."""

    head = forms.CharField(label="抄下的链头", required=False, max_length=90)

    def clean_head(self) -> tuple[int, str] | None:
        text = self.cleaned_data["head"]
        if text and read_written(text) is None:
            raise forms.ValidationError("请照抄序号、冒号和后面的字母数字，例如 1280:9f3c5a7b1e20。")
        return read_written(text)
