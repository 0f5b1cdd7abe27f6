"""The acts on accounts and posts: the three administrators stay apart, the last keeper stays, passwords stay secret."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from branches.accounts import services
from branches.accounts.models import Account, Post
from branches.accounts.permissions import Role
from branches.models import Branch
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from partywork.periods import today
from tests.factories import FOUNDED, make_account, make_post

DAY = date(2024, 5, 6)


def refusal(act, **facts) -> tuple[str, str | None]:
    with pytest.raises(RuleViolation) as caught:
        act(**facts)
    return caught.value.message, caught.value.field


def new_account(world, **facts):
    return services.create_account(
        **({"actor": world["keeper"], "username": "wang.fang", "display_name": "王芳"} | facts)
    )


def appoint(world, account, role, branch=None, start_on=DAY, actor="keeper") -> Post:
    return services.add_post(
        actor=world[actor], account=account, role=role, branch=branch or world.root, start_on=start_on
    )


def test_a_new_account_has_a_password_that_is_written_nowhere(world):
    account, password = new_account(world)
    assert account.check_password(password)
    assert (account.must_change_password, account.is_active, account.posts.count()) == (True, True, 0)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.target_label) == ("account.create", world["keeper"], "王芳")
    assert password not in str(vars(entry))


def test_a_new_account_may_come_with_its_first_post(world):
    account, _ = new_account(world, role="secretary", branch=world.a, start_on=DAY)
    assert [(post.role, post.branch, post.start_on) for post in account.posts.all()] == [
        ("secretary", world.a, DAY)
    ]
    assert list(Entry.objects.values_list("action", flat=True)) == ["post.create", "account.create"]


@pytest.mark.parametrize("username", ["ab", "王芳", "1wang", "a" * 31, "wang fang", "secretary", "Secretary"])
def test_a_login_name_is_refused(world, username):
    before = Account.objects.count()
    assert refusal(new_account, world=world, username=username)[1] == "username"
    assert Account.objects.count() == before


def test_a_refused_post_leaves_no_account_behind(world):
    refusal(new_account, world=world, role="keeper", branch=world.a)
    assert not Account.objects.filter(username="wang.fang").exists()


@pytest.mark.parametrize("who", ["staff", "auditor", "secretary", "member"])
def test_only_the_keeper_manages_accounts(world, who):
    acts = [
        lambda: new_account(world, actor=world[who]),
        lambda: services.edit_account(
            actor=world[who], account=world["member"], version=1, display_name="x", is_active=True
        ),
        lambda: services.reset_password(actor=world[who], account=world["member"]),
        lambda: appoint(world, world["member"], "secretary", world.a, actor=who),
        lambda: services.end_post(actor=world[who], post=world["member"].posts.get(), day=today()),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


ADMINISTRATORS = (Role.KEEPER, Role.AUDITOR)
BUSINESS = tuple(role for role in Role if role not in ADMINISTRATORS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("held", ADMINISTRATORS)
def test_an_administrator_holds_no_other_post(world, held, role):
    account = make_account()
    make_post(account, world.root, held)
    if role == held:
        assert refusal(appoint, world=world, account=account, role=role) == (
            "该账号在这一天已经担任同一职务。",
            "role",
        )
    elif role == Role.MEMBER:
        assert "不能兼任" in refusal(appoint, world=world, account=account, role=role, branch=world.a)[0]
    else:
        message, field = refusal(appoint, world=world, account=account, role=role)
        assert ("须由不同的账号承担" in message, field) == (True, "role")


@pytest.mark.parametrize("role", ADMINISTRATORS)
@pytest.mark.parametrize("held", BUSINESS)
def test_whoever_holds_another_post_becomes_no_administrator(world, held, role):
    account = make_account()
    make_post(account, world.root, held)
    assert refusal(appoint, world=world, account=account, role=role)[1] == "role"


def test_business_posts_may_be_combined(world):
    account = make_account()
    make_post(account, world.a, "member")
    appoint(world, account, "secretary", world.a)
    appoint(world, account, "staff", world.root)
    assert account.posts.count() == 3


def test_the_posts_must_not_meet_for_a_single_day(world):
    account = make_account()
    make_post(account, world.a, "secretary", start_on=FOUNDED, stop_on=DAY)
    assert (
        refusal(appoint, world=world, account=account, role="keeper", start_on=DAY - timedelta(days=1))[1]
        == "role"
    )
    assert appoint(world, account, "keeper", start_on=DAY).pk


def test_a_post_begins_today_at_the_latest_and_while_the_organisation_is_there(world):
    account = make_account()
    assert (
        refusal(
            appoint,
            world=world,
            account=account,
            role="member",
            branch=world.a,
            start_on=today() + timedelta(days=1),
        )[1]
        == "start_on"
    )
    assert (
        refusal(
            appoint, world=world, account=account, role="member", branch=world.gone, start_on=date(2025, 7, 1)
        )[1]
        == "start_on"
    )
    assert (
        refusal(
            appoint, world=world, account=account, role="member", branch=world.a, start_on=date(2019, 12, 31)
        )[1]
        == "start_on"
    )
    assert appoint(world, account, "member", world.gone, date(2025, 6, 30)).pk
    assert appoint(world, account, "member", world.a, today()).pk


@pytest.mark.parametrize(
    ("role", "where", "fine"),
    [
        ("keeper", "root", True),
        ("keeper", "office", False),
        ("auditor", "a", False),
        ("staff", "root", True),
        ("staff", "office", False),
        ("staff", "a", False),
        ("leader", "root", True),
        ("inspector", "a", False),
        ("secretary", "office", True),
        ("member", "a", True),
    ],
)
def test_where_a_post_can_be_held(world, role, where, fine):
    account, branch = make_account(), getattr(world, where)
    if fine:
        assert appoint(world, account, role, branch).branch == branch
    else:
        assert refusal(appoint, world=world, account=account, role=role, branch=branch)[1] == "branch"


def test_a_post_ends_today_or_earlier_but_not_before_it_began(world):
    post = make_post(make_account(), world.a, "member", start_on=DAY)
    act = {"actor": world["keeper"], "post": post}
    assert refusal(services.end_post, **act, day=DAY - timedelta(days=1))[1] == "day"
    assert refusal(services.end_post, **act, day=today() + timedelta(days=1))[1] == "day"
    assert services.end_post(**act, day=DAY).stop_on == DAY
    assert "已于2024年5月6日免去" in refusal(services.end_post, **act, day=today())[0]


def test_the_last_keeper_stays(world):
    keeper, post = world["keeper"], world["keeper"].posts.get()
    assert "最后一名" in refusal(services.end_post, actor=keeper, post=post, day=today())[0]
    second = make_account()
    make_post(second, world.root, "keeper")
    switch_off = {
        "actor": second,
        "account": keeper,
        "version": 1,
        "display_name": "陈工",
        "is_active": False,
    }
    services.edit_account(**switch_off)
    assert "最后一名" in refusal(services.end_post, actor=second, post=second.posts.get(), day=today())[0]


def test_nobody_switches_himself_off_or_resets_his_own_password(world):
    keeper = world["keeper"]
    assert (
        refusal(
            services.edit_account,
            actor=keeper,
            account=keeper,
            version=1,
            display_name="陈工",
            is_active=False,
        )[1]
        == "is_active"
    )
    assert "修改密码" in refusal(services.reset_password, actor=keeper, account=keeper)[0]


def test_a_reset_gives_a_new_first_password(world):
    account, password = services.reset_password(actor=world["keeper"], account=world["member"])
    assert (account.check_password(password), account.must_change_password) == (True, True)
    assert password not in str(vars(Entry.objects.get(action="account.reset")))


def test_create_keeper_on_an_empty_system(db, monkeypatch, capsys):
    monkeypatch.setenv("KEEPER_PASSWORD", "maple-tide-47-kettle")
    call_command(
        "create_keeper", "Keeper", "--committee", "中共云溪县林业局机关委员会", "--founded-on", "2020-01-01"
    )
    account = Account.objects.get()
    root = Branch.objects.get()
    assert (account.username, account.must_change_password, root.kind, root.founded_on) == (
        "keeper",
        True,
        "committee",
        FOUNDED,
    )
    assert [(post.role, post.branch) for post in account.current_posts] == [("keeper", root)]
    assert account.check_password("maple-tide-47-kettle")
    assert "maple-tide" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("password", "arguments", "sentence"),
    [
        ("dangjian2026", ["k"], "密码几乎只有"),
        ("maple-tide-47-kettle", ["keeper"], "--committee"),
        ("", ["keeper"], "KEEPER_PASSWORD"),
    ],
)
def test_create_keeper_says_what_is_wrong_and_leaves_nothing(db, monkeypatch, password, arguments, sentence):
    monkeypatch.setenv("KEEPER_PASSWORD", password)
    with pytest.raises(CommandError, match=sentence):
        call_command("create_keeper", *arguments)
    assert (Account.objects.count(), Branch.objects.count(), Entry.objects.count()) == (0, 0, 0)
