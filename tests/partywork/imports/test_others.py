"""Organisations and accounts from Excel; the command."""
from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from branches.accounts.models import Account, Post
from branches.accounts.services import create_prepared_account
from branches.models import Branch
from members.models import Member
from partywork.errors import NotAllowed
from partywork.imports.models import ImportBatch, State
from partywork.imports.running import outcome_of
from partywork.journal.models import Entry
from tests.cast import the_world
from tests.factories import make_group, make_post
from tests.partywork.imports.sheets import actions_of, confirmed, faults_of, person, sent, undone, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return the_world()


def branch_row(code: str, name: str, **cells) -> dict:
    return {"编号": code, "党组织名称": name, "类别": "党支部", "上级": "", "成立时间": "2021-01-01", "备注": ""} | cells


def test_organisations_go_in_superiors_first_and_out_again(world):
    staff = world["staff"]
    rows = [
        branch_row("N2", "新建一支部", 上级="新建总支"), branch_row("N1", "新建总支", 类别="党总支"), branch_row("ZB01",
               "中共云溪县林业局一支部", 成立时间="2020年1月1日", 备注="整理过"),
        branch_row("ZB02", "", 类别="党总支"), branch_row("N3", "没有上级", 上级="不存在的"), branch_row("N4", "孤儿", 上级="没有上级"),
        branch_row("N5", "早于上级", 上级="机关总支", 成立时间="2019-01-01"), branch_row("n1", "同号"), branch_row("", "缺编号"),
    ]  # fmt: skip
    batch = sent(staff, world.root, workbook(rows), "branches")
    assert actions_of(batch) == {2: "create", 3: "create", 4: "change", 5: "refused", 6: "refused", 7: "refused", 8: "refused",
                                 9: "refused", 10: "refused"}
    assert {number: faults[0][0] for number, faults in faults_of(batch).items()} == {
        5: "党组织全称", 6: "上级党组织", 7: "上级党组织", 8: "成立日期", 9: "编号", 10: "编号"}
    before = Branch.objects.count()
    batch = confirmed(batch, staff)
    assert (batch.state, batch.job.error) == (State.DONE, "")
    made = Branch.objects.get(code="N2")
    assert Branch.objects.get_parent(made).code == "N1"
    assert Branch.objects.get(code="ZB01").note == "整理过"
    group = make_group(made)
    refused = undone(batch, staff)
    assert "1 条“党小组”" in refused.job.error
    assert refused.state == State.DONE
    group.delete()
    assert undone(batch, staff).state == State.UNDONE
    assert (Branch.objects.count(), Branch.objects.get(code="ZB01").note) == (before, "")


def test_accounts_go_in_with_passwords_handed_out_once(world, client):
    keeper = world["keeper"]
    rows = [{"登录名": "linyi", "姓名": "林一", "职务": "支部书记", "所在党支部": "二支部", "任职时间": "2026-01-01"},
            {"登录名": "Linyi", "姓名": "林二"}, {"登录名": "林三", "姓名": "林三"}, {"登录名": "linsi", "姓名": "林四", "职务": "书记"},
            {"登录名": "member", "姓名": "李平", "职务": "组织委员", "所在党支部": "一支部"}, {"登录名": "staff", "姓名": "别人"},
            {"登录名": "linwu", "姓名": "林五", "职务": "党委工作人员", "所在党支部": "一支部"}]
    batch = sent(keeper, world.root, workbook(rows), "accounts")
    assert actions_of(batch) == {2: "create", 3: "refused", 4: "refused", 5: "refused", 6: "change", 7: "refused", 8: "refused"}
    batch = confirmed(batch, keeper)
    assert batch.job.error == ""
    made = Account.objects.get(username="linyi")
    assert str(made.posts.get()) == "二支部书记"
    assert world["member"].posts.filter(role="organisation").exists()
    client.force_login(keeper, backend="branches.accounts.backends.AccountBackend")
    answer = client.post(f"/imports/{batch.pk}/download/", {"what": "secrets"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    (_, line) = sheet.iter_rows(values_only=True)
    assert (line[:2], made.check_password(line[2])) == (("linyi", "林一"), True)
    batch.refresh_from_db()
    assert all("secret" not in told for told in outcome_of(batch).values())
    assert line[2] not in str(list(Entry.objects.values_list("changes", "target_label", "reason")))
    assert client.post(f"/imports/{batch.pk}/download/", {"what": "secrets"}).status_code in (302, 409, 422)


def test_accounts_that_were_used_stay(world):
    keeper = world["keeper"]
    batch = confirmed(sent(keeper, world.root, workbook([{"登录名": "linyi", "姓名": "林一"}]), "accounts"), keeper)
    made = Account.objects.get(username="linyi")
    post = make_post(made, world.a, "member")
    make_post(made, world.b, "deputy")
    assert "任职有变动" in undone(batch, keeper).job.error
    Post.objects.exclude(pk=post.pk).filter(account=made).delete()
    assert undone(batch, keeper).state == State.UNDONE
    assert not Account.objects.filter(username="linyi").exists()


@pytest.mark.parametrize("who", ["secretary", "staff", "auditor", "member"])
def test_only_the_keeper_makes_accounts_in_numbers(world, who):
    before = Account.objects.count()
    with pytest.raises(NotAllowed):
        create_prepared_account(actor=world[who], username="linyi", display_name="林一", hashed="x")
    with pytest.raises(NotAllowed):
        sent(world[who], world.root, workbook([{"登录名": "linyi", "姓名": "林一"}]), "accounts")
    assert Account.objects.count() == before


# --- the command ------------------------------------------------------------------------------------------------------------


def told(path: Path, *words: str) -> dict:
    out = io.StringIO()
    call_command("import_roster", str(path), "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_previews_and_only_when_told_writes(world, tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(workbook([person(1), person(2, 联系电话="12345"), person(3, 所在党支部="二支部")]))
    before = Member.objects.count()
    answer = told(path)
    assert answer["counts"] == {"create": 2, "change": 0, "same": 0, "refused": 1}
    assert answer["rows"][1] == {"number": 3, "action": "refused", "faults": [
        {"column": "联系电话", "reason": "电话号码不对，请填写11位手机号码或带区号的座机。"}]}
    assert told(path, "--branch", "ZB01")["counts"] == {"create": 1, "change": 0, "same": 0, "refused": 2}
    assert (Member.objects.count(), ImportBatch.objects.count()) == (before, 0)
    answer = told(path, "--commit", "--start", "2024-03-01")
    assert (answer["committed"], Member.objects.count()) == (True, before + 2)
    assert Member.objects.get(name="林一").latest.start_on == date(2024, 3, 1)
    assert told(path)["counts"] == {"create": 0, "change": 0, "same": 2, "refused": 1}
    batch = ImportBatch.objects.get(pk=answer["import"])
    assert undone(batch, world["staff"]).state == State.UNDONE
    assert Member.objects.count() == before


@pytest.mark.parametrize(("words", "said"), [
    (["没有.xlsx"], "找不到文件"), (["--branch", "NO"], "没有编号"), (["--start", "昨天"], "看不明白"), (["--start", "2099-01-01"],
           "不能晚于今天"),
])  # fmt: skip
def test_the_command_says_what_is_wrong(world, tmp_path, words, said):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(workbook([person(1)]))
    with pytest.raises(CommandError, match=said):
        call_command("import_roster", *([] if words[0].endswith("xlsx") else [str(path)]), *words)


def test_the_command_refuses_what_is_no_workbook(world, tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes("姓名,性别\n".encode())
    with pytest.raises(CommandError, match="内容与扩展名不符"):
        call_command("import_roster", str(path))
