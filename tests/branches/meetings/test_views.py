"""The pages of meetings: registering, drafts, correcting, voiding, files, the list; who may, and what it costs."""
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.meetings import services
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, MeetingFile
from partywork.periods import today
from tests.branches.meetings.posting import DAY, TODAY, gathering, typed
from tests.factories import make_meeting, make_member

NEW = "/meetings/new/"


def text_of(response) -> str:
    """The page's words, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def value_of(response, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', response.content.decode())
    return (found[1] or found[2] or "") if found else ""


@pytest.fixture
def held(world):
    return services.hold_meeting(actor=world["secretary"], branch=world.a, gathering=gathering(world.a, place="礼堂"), today=TODAY)


def edit_of(client, meeting, **changes):
    """The correction form as it opens, posted back with changes."""
    page = client.get(f"/meetings/{meeting.pk}/edit/")
    listed = re.findall(r'name="listed" value="(\d+)"', page.content.decode())
    return {
        "branch": meeting.branch_id, "version": value_of(page, "version"), "kinds": meeting.kind_codes, "held_on": "2026-06-03",
        "title": meeting.title, "place": meeting.place, "listed": listed, "present": listed, "reason": "登记有误",
        "res-TOTAL_FORMS": "0", "res-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


# Registering


def test_the_new_form_has_everyone_ticked(world, client_of, roster):
    page = client_of("secretary").get(NEW).content.decode()
    assert sorted(map(int, re.findall(r'name="present" value="(\d+)" checked', page))) == sorted(m.pk for m in roster)
    assert f'value="{today():%Y-%m-%d}"' in page


def test_registering_leads_to_the_receipt(world, client_of, roster):
    client = client_of("secretary")
    response = client.post(NEW, typed(world.a, members=roster, absent=[(roster[0], "leave", "病假")], place="礼堂"))
    meeting = Meeting.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/meetings/{meeting.pk}/?saved=1#receipt")
    assert (meeting.state, meeting.title, meeting.expected_count, meeting.present_count) == ("held", "学习党章", 7, 6)
    page = text_of(client.get(f"/meetings/{meeting.pk}/"))
    for said in ("已登记“学习党章”", "李平（请假：病假）", "应到 7 人（有表决权 6 人），实到 6 人（有表决权 5 人）。", "补录，迟", "计入"):
        assert said in page


def test_two_presses_make_one_meeting_and_lead_to_it(world, client_of, roster):
    client, data = client_of("secretary"), typed(world.a, members=roster)
    first, second = client.post(NEW, data), client.post(NEW, data)
    meeting = Meeting.objects.get()
    assert first["Location"].startswith(f"/meetings/{meeting.pk}/")
    assert second["Location"] == f"/meetings/{meeting.pk}/"


def test_what_is_refused_comes_back_as_typed(world, client_of, roster):
    title, minutes = "长" * 10_000, "发言😀要点\n第二行"
    data = typed(world.a, Kind.THEME_DAY, members=roster, title=title, held_on="2026-02-29", begins_at="下午", place="三楼",
                 minutes=minutes, topics="一\n二", guests="张局长", absent=[(roster[0], "absent", "长" * 80)])  # fmt: skip
    response = client_of("secretary").post(NEW, data)
    page = response.content.decode()
    assert (response.status_code, Meeting.objects.count()) == (200, 0)
    for kept in (title, "2026-02-29", "下午", "三楼", "发言😀要点", "一\n二", "张局长", "长" * 80, data["form_token"]):
        assert kept in page
    for said in ("日期不对：2026年2月没有29日。", "请缩短。", "主题党日请选择形式。", "开始时间看不明白，请按 14:30 的样子填写。"):
        assert said in page
    assert f'name="present" value="{roster[0].pk}" checked' not in page


def test_without_scripts_a_button_brings_the_list_up_to_date(world, client_of, roster):
    data = typed(world.a, Kind.GROUP, members=roster, group=world.group1.pk, refresh="1",
                 absent=[(world.members["member"], "leave", "病假")])  # fmt: skip
    page = client_of("secretary").post(NEW, data).content.decode()
    listed = set(map(int, re.findall(r'name="listed" value="(\d+)"', page)))
    assert listed == {world.members[name].pk for name in ("member", "colleague", "probationer")}
    assert f'name="present" value="{world.members["member"].pk}" checked' not in page
    assert "还没有" not in page
    assert Meeting.objects.count() == 0


def test_the_list_alone_answers_a_script_and_writes_nothing(world, client_of, roster):
    client, data = client_of("secretary"), typed(world.a, Kind.CONGRESS, members=roster[:3])
    page = client.post("/meetings/attendance/", data, headers={"HX-Request": "true"})
    assert page.content.decode().count('name="present"') == 7
    assert "达到半数，符合规定" in text_of(page)
    assert "data-last" not in page.content.decode()
    make_meeting(world.a, Kind.CONGRESS, place="礼堂")
    assert 'data-last-place="礼堂"' in client.post("/meetings/attendance/", data).content.decode()
    assert Meeting.objects.count() == 1


def test_the_address_prefills_the_form(world, client_of):
    day = today() - timedelta(days=3)
    page = client_of("staff").get(NEW, {"branch": world.a.pk, "kind": "congress", "date": f"{day}", "title": "第三季度党员大会"})
    html = page.content.decode()
    assert f'value="{day}"' in html
    assert 'value="第三季度党员大会"' in html
    assert re.search(r'value="congress"[^>]*checked', html)
    assert world.a.name in html


@pytest.mark.parametrize(("who", "branch", "status"), [
    ("nobody", "a", 302), ("member", "a", 403), ("inspector", "a", 403), ("leader", "a", 403), ("general", "a", 403), ("former", "a", 403),
    ("neighbour", "a", 404), ("secretary", "b", 404), ("secretary", "a", 200), ("staff", "farm", 200), ("general", "office", 200),
])  # fmt: skip
def test_who_may_open_the_form_of_which_organisation(world, client_of, who, branch, status):
    pk = getattr(world, branch).pk
    client = client_of(who)
    assert client.get(NEW, {"branch": pk}).status_code == status
    if status != 200:
        answer = client.post(NEW, typed(getattr(world, branch)))
        assert (answer.status_code == 302 and "/login/" in answer["Location"]) or answer.status_code in (403, 404)
        assert Meeting.objects.count() == 0


def test_nonsense_in_the_address_is_not_an_error(world, client_of):
    client = client_of("secretary")
    assert client.get(NEW, {"branch": "²"}).status_code == 404
    assert client.get(NEW, {"branch": "9" * 30}).status_code == 404
    assert client.get(NEW, {"kind": "nonsense", "date": "gestern", "title": "<b>"}).status_code == 200
    assert client.post(NEW, {"branch": str(world.a.pk), "kinds": ["?"], "listed": "x", "res-TOTAL_FORMS": "-1"}).status_code == 200


# Drafts


def test_a_draft_is_kept_while_typing_and_continued_where_it_was(world, client_of, roster):
    client = client_of("secretary")
    data = typed(world.a, members=roster, title="写到一半", held_on="2026-02-30", absent=[(roster[0], "leave", "病")])
    answer = client.post("/meetings/autosave/", data)
    draft = Meeting.objects.get()
    assert re.fullmatch(r"草稿已保存 \d\d:\d\d", answer.content.decode().strip())
    assert answer["HX-Replace-Url"] == f"/meetings/{draft.pk}/edit/"
    page = client.get(f"/meetings/{draft.pk}/edit/").content.decode()
    for kept in ("写到一半", "2026-02-30", 'value="病"', data["form_token"]):
        assert kept in page
    assert f'name="present" value="{roster[0].pk}" checked' not in page
    assert "写到一半" in text_of(client.get("/meetings/"))
    client.post(NEW, data | {"held_on": "2026-06-03"})
    draft.refresh_from_db()
    assert (draft.state, Meeting.objects.count()) == ("held", 1)
    late = client.post("/meetings/autosave/", data)
    assert "已经登记" in text_of(late)


def test_a_draft_is_its_writers_and_can_be_thrown_away(world, client_of):
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=uuid.uuid4(), data={"title": ["私稿"]})
    page = f"/meetings/{draft.pk}/"
    staff = client_of("staff")
    assert staff.get(f"{page}edit/")["Location"] == page
    assert "请由本人继续填写" in text_of(staff.get(page))
    assert client_of("neighbour").get(page).status_code == 404
    assert client_of("secretary").post(f"{page}void/")["Location"] == "/meetings/"
    assert "私稿" not in text_of(client_of("secretary").get("/meetings/"))
    assert "已经删除" in text_of(client_of("secretary").get(page))


def test_the_button_keeps_a_draft_without_scripts(world, client_of, roster):
    client = client_of("secretary")
    assert client.post(NEW, typed(world.a, members=roster, title="", save_draft="1"))["Location"] == "/meetings/"
    assert (Meeting.objects.get().state, "未填写主题" in text_of(client.get("/meetings/"))) == ("draft", True)


# Files


def test_a_mistake_in_the_form_does_not_lose_the_photos(world, client_of, roster, picture):
    client, data = client_of("secretary"), typed(world.a, members=roster, title="")
    bad = SimpleUploadedFile("讲稿.docx", b"MZ not a document")
    page = text_of(client.post(NEW, data | {"files": [picture(), bad]}))
    assert "现场.png" in page
    assert "“讲稿.docx”的内容与扩展名不符" in page
    client.post(NEW, data | {"title": "改好了"})
    meeting = Meeting.objects.get()
    assert (meeting.state, [str(file.attachment) for file in meeting.files.all()]) == ("held", ["现场.png"])


def test_files_are_taken_in_at_once_and_taken_off(world, client_of, picture):
    client, data = client_of("secretary"), typed(world.a, title="有照片")
    script = {"HX-Request": "true"}
    answer = client.post("/meetings/files/add/", data | {"files": picture("合影.png")}, headers=script)
    file = MeetingFile.objects.get()
    assert "合影.png" in text_of(answer)
    assert file.meeting.draft["fields"]["title"] == ["有照片"]
    shown = client.get(f"/meetings/files/{file.pk}/?view=1")
    assert (shown["Content-Type"], b"".join(shown.streaming_content)[:4]) == ("image/png", b"\x89PNG")
    assert client.get(f"/meetings/files/{file.pk}/")["Location"] == f"/meetings/{file.meeting_id}/"
    taken = client.post(f"/meetings/files/{file.pk}/")
    assert (taken["Content-Type"], taken["Content-Disposition"][:10], taken.getvalue()[:4]) == ("image/png", "attachment", b"\x89PNG")
    assert client_of("neighbour").post(f"/meetings/files/{file.pk}/").status_code == 404
    assert client_of("inspector").post(f"/meetings/files/{file.pk}/remove/").status_code == 403
    assert "合影.png" not in text_of(client.post(f"/meetings/files/{file.pk}/remove/", headers=script))
    assert client.get(f"/meetings/files/{file.pk}/").status_code == 404


def test_files_of_a_held_meeting(world, client_of, held, picture):
    client = client_of("secretary")
    answer = client.post("/meetings/files/add/", {"meeting": held.pk, "files": picture()})
    assert answer["Location"] == f"/meetings/{held.pk}/edit/"
    assert "现场.png" in text_of(client.get(f"/meetings/{held.pk}/"))
    assert client_of("neighbour").post("/meetings/files/add/", {"meeting": held.pk, "files": picture()}).status_code == 404
    assert client_of("inspector").post("/meetings/files/add/", {"meeting": held.pk, "files": picture()}).status_code == 403


# Correcting and voiding


@pytest.mark.parametrize("field", ["branch", "meeting"])
def test_the_pieces_of_a_correction_name_this_meeting_only(world, client_of, held, field):
    client = client_of("secretary")
    for pk in (make_meeting(world.b).pk, 999_999_999):
        assert client.post(f"/meetings/{held.pk}/edit/", edit_of(client, held, place="五楼") | {field: pk}).status_code == 404


def test_somebody_whom_the_page_did_not_list_is_refused(world, client_of, held):
    """Neither ticked nor excused: the sister's member and one who does not exist alike."""
    client, data = client_of("secretary"), edit_of(client_of("secretary"), held, place="五楼")
    for pk in (world.members["neighbour"].pk, 999_999_999):
        for extra in ({"present": [*data["present"], pk]}, {f"state-{pk}": "leave"}, {f"reason-{pk}": "公务外出"}):
            answer = client.post(f"/meetings/{held.pk}/edit/", data | extra)
            assert (answer.status_code, "减少 1 人" in text_of(answer)) == (200, True)
    held.refresh_from_db()
    assert held.place == "礼堂"


def test_a_correction_is_told_in_the_history(world, client_of, held):
    client = client_of("secretary")
    answer = client.post(f"/meetings/{held.pk}/edit/", edit_of(client, held, place="五楼", reason="地点写错"))
    assert answer.status_code == 302
    page = text_of(client.get(f"/meetings/{held.pk}/"))
    for said in ("更正会议", "原因：地点写错", "地点 礼堂 → 五楼", "登记会议"):
        assert said in page


def test_a_correction_without_a_reason_keeps_what_was_typed(world, client_of, held):
    client = client_of("secretary")
    answer = client.post(f"/meetings/{held.pk}/edit/", edit_of(client, held, place="五楼", reason=""))
    assert "请填写更正原因。" in text_of(answer)
    assert 'value="五楼"' in answer.content.decode()


def test_the_second_of_two_sees_both_texts_and_may_save_on_top(world, client_of, held):
    first, second = client_of("secretary"), client_of("staff")
    url = f"/meetings/{held.pk}/edit/"
    mine = edit_of(second, held, title="学习党章和条例", reason="补全")
    first.post(url, edit_of(first, held, place="五楼"))
    conflict = second.post(url, mine)
    held.refresh_from_db()
    assert (conflict.status_code, held.title, held.place) == (409, "学习党章", "五楼")
    page = text_of(conflict)
    for said in ("赵敏", "学习党章和条例", "五楼", "礼堂"):
        assert said in page
    again = second.post(url, mine | {"version": value_of(conflict, "version")})
    held.refresh_from_db()
    assert (again.status_code, held.title, held.place, held.version) == (302, "学习党章和条例", "礼堂", 3)


def test_correcting_what_was_voided_meanwhile_loses_nothing(world, client_of, held):
    client = client_of("secretary")
    mine = edit_of(client, held, title="改了主题")
    services.void_meeting(actor=world["staff"], meeting=held, reason="重复")
    answer = client.post(f"/meetings/{held.pk}/edit/", mine)
    assert answer.status_code == 409
    assert "这次会议已被作废（重复），不能再更正。" in text_of(answer)
    assert 'value="改了主题"' in answer.content.decode()


def test_voiding_asks_for_a_reason_and_shows_it(world, client_of, held):
    client, url = client_of("secretary"), f"/meetings/{held.pk}/void/"
    assert "请填写作废原因。" in text_of(client.post(url, {"reason": " "}))
    assert client.post(url, {"reason": "与另一条重复"})["Location"] == f"/meetings/{held.pk}/"
    page = text_of(client.get(f"/meetings/{held.pk}/"))
    assert "这次会议已作废，不计入任何统计。" in page
    assert "原因：与另一条重复" in page
    assert "尚未计入任何一项" not in page
    assert client.get(f"/meetings/{held.pk}/edit/")["Location"] == f"/meetings/{held.pk}/"
    assert client.post(f"/meetings/{held.pk}/restore/")["Location"] == f"/meetings/{held.pk}/"
    page = text_of(client.get(f"/meetings/{held.pk}/"))
    assert "重新计入各项统计" in page
    assert "恢复会议" in page
    assert "这次会议已作废" not in page


def test_a_proposed_day_that_is_past_asks_for_the_real_one(client_of):
    client = client_of("secretary")
    said = "请改成实际召开的日期"
    assert said in text_of(client.get("/meetings/new/?kind=congress&date=2026-03-31"))
    assert said not in text_of(client.get("/meetings/new/?kind=congress"))


def test_the_rest_are_qualified_and_too_many_excellent_are_told(world, client_of):
    client = client_of("secretary")
    first = {"branch": world.a.pk, "kinds": "appraisal", "held_on": "2026-03-10"}
    shown = client.post("/meetings/attendance/", first).content.decode()
    listed = re.findall(r'name="listed" value="([0-9]+)"', shown)
    graded = re.findall(r'name="(grade-[0-9]+)"', shown)
    asked = first | {"listed": listed, "present": listed, "refresh": "rest_qualified"} | dict.fromkeys(graded[:3], "excellent")
    page = client.post("/meetings/attendance/", asked).content.decode()
    assert page.count('value="excellent" selected') == 3
    assert page.count('value="qualified" selected') == len(graded) - 3
    assert f'data-most="{len(listed) // 3}"' in page
    assert ("data-over hidden" in page) == (len(listed) // 3 >= 3)


@pytest.mark.parametrize("tail", ["edit/", "void/"])
def test_only_those_who_keep_the_books_change_a_meeting(world, client_of, held, tail):
    url = f"/meetings/{held.pk}/{tail}"
    codes = {who: client_of(who).get(url).status_code for who in ("nobody", "member", "neighbour", "inspector", "leader", "staff")}
    assert codes == {"nobody": 302, "member": 404, "neighbour": 404, "inspector": 403, "leader": 403, "staff": 200}
    assert client_of("inspector").get(f"/meetings/{held.pk}/").status_code == 200


# The list


def titles(response):
    return re.findall(r'href="/meetings/\d+/">([^<]*)</a>', response.content.decode())


def test_the_list_filters_by_everything_it_shows(world, client_of, roster):
    make_meeting(world.a, Kind.STUDY, title="三月学习", held_on=DAY.replace(month=3))
    make_meeting(world.a, Kind.LECTURE, title="六月党课", held_on=DAY, topics="廉政")
    make_meeting(world.farm, Kind.STUDY, title="林场学习", held_on=DAY.replace(day=1))
    make_meeting(world.a, Kind.STUDY, title="作废学习", held_on=DAY.replace(day=2), state="voided", void_reason="重复")
    client = client_of("staff")
    assert titles(client.get("/meetings/")) == ["六月党课", "作废学习", "林场学习", "三月学习"]
    for asked, found in (
        ({"branch": world.field.pk}, ["林场学习"]), ({"kind": "study"}, ["作废学习", "林场学习", "三月学习"]),
        ({"period": "2026Q2"}, ["六月党课", "作废学习", "林场学习"]), ({"state": "voided"}, ["作废学习"]),
        ({"words": "廉政"}, ["六月党课"]), ({"words": "没有"}, []), ({"period": "nonsense"}, []),
    ):  # fmt: skip
        assert titles(client.get("/meetings/", asked)) == found
    assert "没有符合条件的会议" in text_of(client.get("/meetings/", {"words": "没有"}))
    assert titles(client_of("neighbour").get("/meetings/")) == []
    assert "还没有登记会议" in text_of(client_of("neighbour").get("/meetings/"))


def warm(client):
    """The first page of a session writes when it was opened; count from the second on."""
    client.get("/meetings/")
    return client


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_many(world, client_of, roster, rows, django_assert_num_queries):
    for number in range(rows):
        make_meeting(world.a, Kind.STUDY, Kind.SEMINAR, held_on=DAY - timedelta(days=number), attendance=roster)
        services.save_draft(actor=world["secretary"], branch=world.a, form_token=uuid.uuid4(), data={})
    for who, queries in (("secretary", 7), ("staff", 8), ("inspector", 7)):
        client = warm(client_of(who))
        with django_assert_num_queries(queries):
            page = client.get("/meetings/")
        assert "集中学习" in text_of(page)
        assert len(page.content) < 60_000


@pytest.mark.parametrize("people", [3, 40])
def test_the_pages_cost_the_same_for_three_and_for_forty(world, client_of, people, django_assert_num_queries):
    members = [make_member(world.nursery) for _ in range(people)]
    told = gathering(world.nursery, Kind.CONGRESS, host=members[0])
    meeting = services.hold_meeting(actor=world["staff"], branch=world.nursery, gathering=told, today=TODAY)
    client = warm(client_of("staff"))
    for url, queries in ((f"{NEW}?branch={world.nursery.pk}", 10), (f"/meetings/{meeting.pk}/edit/", 12)):
        with django_assert_num_queries(queries):
            page = client.get(url)
        assert page.content.decode().count('name="present"') == people
        assert len(page.content) < 70_000


@pytest.mark.parametrize("people", [3, 40])
def test_a_meetings_page_costs_the_same_for_three_and_for_forty(world, client_of, people, django_assert_max_num_queries):
    for _ in range(people):
        make_member(world.nursery)
    told = gathering(world.nursery, Kind.CONGRESS)
    meeting = services.hold_meeting(actor=world["staff"], branch=world.nursery, gathering=told, today=TODAY)
    client = warm(client_of("staff"))
    with django_assert_max_num_queries(8 + 4 + 1):  # which election it held
        page = client.get(f"/meetings/{meeting.pk}/")
    assert len(page.content) < 70_000
