"""The keeper's desk: accounts and posts. It shows no business record; of a linked member only the name.

Accounts and posts are visible to whoever manages them and to nobody else: where one is fetched no further right is asked for.
"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts import services
from branches.accounts.forms import AccountFilter, AccountForm, EndPostForm, NewAccountForm, PostForm
from branches.accounts.models import Account, Post
from partywork.answers import answer_form, made_before, posted
from partywork.fields import SealBroken, seal, unseal
from partywork.lists import Order, list_page
from partywork.periods import today
from partywork.status.facts import alerts
from partywork.tokens import make_once

WAITING = "first_password"  # key in the keeper's session, sealed, taken out when the page shows it
ORDERS = {"name": Order("按登录名", ("username", "id")), "new": Order("新建的在前", ("-created_at", "-id"))}


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    request.user.require("accounts.manage")
    held = Post.objects.active_on(today()).select_related("branch").order_by("branch__path", "id")
    rows = Account.objects.visible_to(request.user).prefetch_related(Prefetch("posts", held, to_attr="held"))
    page = list_page(request, rows, filterset=AccountFilter, ordering=ORDERS)
    return render(request, "accounts/list.html", page | {"alerts": alerts()})


def asked_post(request: HttpRequest) -> dict[str, str]:
    """The post that a link asks for, to begin the form with."""
    return {name: request.GET[name] for name in ("role", "branch", "start_on") if name in request.GET}


@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    request.user.require("accounts.manage")

    def act(values: dict) -> HttpResponse:
        made: list[str] = []

        def make() -> Account:
            account, password = services.create_account(actor=request.user, **values)
            made.append(password)
            return account

        account, fresh = make_once(Account, values["form_token"], request.user, make, by=None)
        if fresh:
            keep_for_once(request, account, made[-1])
            messages.success(request, f"已为{account.display_name}新建账号。")
        return redirect("account", account.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Account, lambda account: redirect("account", account.pk))

    form = NewAccountForm(posted(request), account=request.user, initial=asked_post(request))
    return answer_form(
        request,
        form,
        "accounts/form.html",
        act,
        again=again,
        title="新建账号",
        submit="新建账号",
        lead="系统给出一个随机的初始密码，只显示一次；本人首次登录时必须修改。",
    )


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user).select_related("member"), pk=pk)
    posts = account.posts.select_related("branch").order_by(
        F("stop_on").desc(nulls_first=True), "-start_on", "id"
    )
    return render(
        request,
        "accounts/account.html",
        {
            "account": account,
            "posts": posts,
            "member": getattr(account, "member", None),
            "today": today(),
            "password": take_once(request, account),
            "is_self": account.pk == request.user.pk,
            "sessions": account.sessions.open_at(timezone.now()),
            "here": request.session.session_key,
        },
    )


def keep_for_once(request: HttpRequest, account: Account, password: str) -> None:
    """The first password waits, sealed, in the keeper's own session for the page that shows it once."""
    request.session[WAITING] = [account.pk, seal(password, f"{WAITING}.{account.pk}")]


def take_once(request: HttpRequest, account: Account) -> str:
    kept = request.session.get(WAITING)
    if not kept or kept[0] != account.pk:
        return ""
    del request.session[WAITING]
    try:
        return unseal(kept[1], f"{WAITING}.{account.pk}")
    except SealBroken:  # the key was changed meanwhile: it can be reset
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    name = account.display_name

    def act(values: dict) -> HttpResponse:
        services.edit_account(actor=request.user, account=account, **values)
        messages.success(request, "账号已保存。")
        return redirect("account", pk)

    form = AccountForm(posted(request), instance=account)
    return answer_form(
        request,
        form,
        "accounts/form.html",
        act,
        title=f"修改账号：{name}",
        submit="保存账号",
        back=(name, pk),
    )


@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    account, password = services.reset_password(actor=request.user, account=account)
    keep_for_once(request, account, password)
    messages.success(request, f"已重置{account.display_name}的密码，原有登录全部退出。")
    return redirect("account", pk)


@require_POST
def account_sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Every login of a person; of one's own all but this one."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    ended = services.end_sessions(actor=request.user, account=account, but=request.session.session_key)
    messages.success(request, f"已结束{account.display_name}的 {ended} 处登录。")
    return redirect("account", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def post_new(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)

    def act(values: dict) -> HttpResponse:
        post, fresh = make_once(
            Post,
            values["form_token"],
            request.user,
            lambda: services.add_post(actor=request.user, account=account, **values),
            by=None,
        )
        if fresh:
            messages.success(request, f"已任命：{post}。")
        return redirect("account", post.account_id)

    def again() -> HttpResponse | None:
        return made_before(request, Post, lambda post: redirect("account", post.account_id))

    form = PostForm(posted(request), account=request.user, initial=asked_post(request))
    return answer_form(
        request,
        form,
        "accounts/form.html",
        act,
        again=again,
        title=f"任命职务：{account.display_name}",
        submit="任命",
        back=(account.display_name, pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("account", "branch"), pk=pk)

    def act(values: dict) -> HttpResponse:
        services.end_post(actor=request.user, post=post, **values)
        messages.success(request, f"已免去：{post}。权限随即失效。")
        return redirect("account", post.account_id)

    name = post.account.display_name
    return answer_form(
        request,
        EndPostForm(posted(request)),
        "accounts/form.html",
        act,
        title=f"免去{name}的{post}职务",
        submit="免去职务",
        back=(name, post.account_id),
    )
