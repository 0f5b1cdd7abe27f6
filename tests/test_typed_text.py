"""R12: a form that is not accepted gives back every typed text, with a Chinese sentence beside a field; and whatever is
typed, the answer is a page, never a fault of the system."""
from __future__ import annotations

import re
from typing import Any

import pytest

from tests.digest import difference, snapshot
from tests.forms_on_pages import PageForm, form_to, forms_of, tree_of
from tests.payloads import SUBMISSIONS, form_on_page, fresh, payload, usual
from tests.stage import Answer, Stage, address
from tests.variants import VARIANTS, page_of, variant

pytestmark = pytest.mark.django_db
NO_DAY = "2027-02-29"
SENTENCE = re.compile("[\u4e00-\u9fff].*[。？！]$", re.S)
TYPED = ("text", "search", "tel", "textarea", "date", "time", "number")
BARE = {  # buttons: nothing is typed
    "logout", "sessions_end", "session_end", "account_sessions_end", "account_reset", "member_reveal", "meeting_file_remove",
    "meeting_restore", "template_retire", "matrix_export", "meetings_export", "members_export", "figures_export",
    "figure_rows_export", "meeting_file", "report_download", "system_verify", "dues_month", "dues_arrears_export",
    "dues_ledger_export", "dues_receive", "structure_export", "member_gaps_export", "terms_export", "awards_export",
    "example_choose", "development_export", "thought_file", "step_file", "step_file_add", "step_file_remove",
    "submission_withdraw", "local_item_end", "training_take", "import_members_template", "import_branches_template",
    "import_accounts_template", "import_columns", "import_confirm", "import_undo", "import_download", "transfers_export",
}
SCRIPTED = {"meeting_autosave", "meeting_attendance", "meeting_file_add"}  # pieces of the meeting form that scripts send
FORMS = [name for name in (*SUBMISSIONS, *VARIANTS) if name not in BARE | SCRIPTED | {"password_change"}]  # passwords never come back
# How each form is broken; the others by a day that does not exist.
BROKEN: dict[str, dict[str, str]] = {
    "login": {"password": "wrong-password"}, "account_edit": {"display_name": "长" * 31}, "bureau": {"name": ""},
    "meeting_void": {"reason": "长" * 201}, "report_new": {"period": "2026-99"}, "template_upload": {"file": ""},
    "holiday_new": {"lines": "看不明白的一行"}, "holiday_edit": {"lines": "2028-02-30 春节"}, "holiday_remove": {"reason": "长" * 201},
    "passage_save": {"text": "长" * 20_001}, "shortfall_decide": {"text": "长" * 1001}, "move unlink": {"version": "0"},
    "member_ask": {"text": "长" * 501}, "member_request": {"answer": "长" * 501},
    "election_new": {"candidates": "无此人 3 书记"}, "election_void": {"reason": "长" * 201},
    "award_void": {"reason": "长" * 201}, "round_quotas": {"version": "0"}, "nomination_new": {"story": "长" * 1501},
    "nomination_edit": {"story": "长" * 1501}, "nomination_review": {"opinions": "长" * 301}, "nomination_refuse": {"reason": "长" * 201},
    "nomination_withdraw": {"reason": "长" * 201}, "title_new": {"name": "长" * 41}, "title_edit": {"name": "长" * 41},
    "import_members": {"file": ""}, "import_branches": {"file": ""}, "import_accounts": {"file": ""},
    "member_find": {"number": "11010519491231002"}, "thought_void": {"reason": "长" * 201}, "step_void": {"reason": "长" * 201},
    "training_hours": {"version": "0"},
    "standing_remove": {"reason": "长" * 201}, "event_undo": {"reason": "长" * 201},
}  # fmt: skip
# Values that nobody should type and somebody will.
HOSTILE = {
    "very long": "长" * 10_000, "control": "文\x07字\x1b[31m", "no such day": NO_DAY, "far future": "2099-12-31", "emoji": "会议😀👨‍👩‍👧🇨🇳",
    "a formula": "=1+1|'cmd'",
}  # fmt: skip
LOGINS = {"journal_entry", "journal_head", "accounts_tries"}  # a refused login is noted
_known: dict[int, dict[str, tuple]] = {}


def known(stage: Stage, name: str) -> tuple[str, str, PageForm, dict[str, Any]]:
    """Each page is fetched once."""
    kept = _known.setdefault(id(stage), {})
    if name not in kept:
        kept[name] = form_and_data(stage, name)
    return kept[name]


def kept_nothing(stage: Stage, answer: Answer, who: str, data: dict[str, Any]) -> bool:
    """Whether a refused form left the database as it was: nothing was even tried, or all of it was taken back."""
    if answer.changed <= LOGINS:
        return True
    before = snapshot()
    again = stage.ask(who, "POST", answer.path, fresh(data), look=snapshot)
    return difference(before, again.after) == {}


def form_and_data(stage: Stage, name: str) -> tuple[str, str, PageForm, dict[str, Any]]:
    """Who sends it, where to, the form on its page, the valid answer."""
    if name in VARIANTS:
        who, path, data = variant(stage, name)
        return who, path, form_to(stage.ask(who, "GET", page_of(stage, name)).body, path, path), data
    said, letter = SUBMISSIONS[name], usual(name)
    path = address(stage, name, letter)
    form = form_on_page(stage, name, letter) if said.page else PageForm(path, "post", {}, {"text": "textarea"})
    return said.sender(letter), path, form, payload(stage, name, letter)


def typed_fields(form: PageForm) -> list[str]:
    return [name for name, kind in form.kinds.items() if kind in TYPED]


def written(form: PageForm, data: dict[str, Any]) -> dict[str, str]:
    """Something of one's own in every text field that the valid answer leaves empty or as it was."""
    own = {"lecturer_name": "外请讲师", "guests": "列席甲、列席乙", "topics": "第一条\n第二条", "place": "三楼会议室", "note": "补充说明",
           "phone": "13812345678", "new_phone": "13812345678", "addressee": "县直机关工委", "names": ""}
    return {name: text for name, text in own.items() if name in typed_fields(form) and (not data.get(name) or name == "note")}


def sentences(answer: Answer) -> list[str]:
    """What stands beside fields or in the summary above them."""
    found = tree_of(answer.body).xpath("//*[contains(@class, 'invalid-feedback') or @role='alert']")
    return [text for each in found if (text := " ".join(each.text_content().split())) and SENTENCE.search(text)]


def given_back(answer: Answer) -> dict[str, set[str]]:
    """Every field of every form in the answer with its text."""
    back: dict[str, set[str]] = {}
    for form in forms_of(answer.body, answer.path):
        for name, values in form.values.items():
            back.setdefault(name, set()).update(text.replace("\r\n", "\n") for text in values)
    return back


@pytest.mark.parametrize("name", FORMS)
def test_what_was_typed_comes_back(stage, name):
    who, path, form, data = known(stage, name)
    dates = [field for field, kind in form.kinds.items() if kind == "date"]
    broken = BROKEN.get(name) or {dates[0]: NO_DAY}
    sent = data | written(form, data) | broken
    answer = stage.ask(who, "POST", path, fresh(sent))
    assert answer.status in (200, 409)
    assert kept_nothing(stage, answer, who, sent)
    assert sentences(answer) != []
    back = given_back(answer)
    lost = {field for field in typed_fields(form) if str(sent.get(field, "")) and str(sent[field]) not in back.get(field, set())}
    assert lost == set()


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", [*FORMS, "password_change"])
def test_nothing_typed_is_a_fault(stage, name, what):
    who, path, form, data = known(stage, name)
    bad = dict.fromkeys(typed_fields(form), HOSTILE[what])
    if not bad:
        return
    answer = stage.ask(who, "POST", path, fresh(data | bad))
    assert answer.status in (200, 302, 400, 409)
    if answer.status != 302:
        assert sentences(answer) or SENTENCE.search(tree_of(answer.body).text_content().strip())
        assert kept_nothing(stage, answer, who, data | bad)


def test_a_text_that_is_lost_is_seen(stage, monkeypatch):
    """The negative control: a view that sends people back with a message instead of their form."""
    from django.shortcuts import redirect

    monkeypatch.setattr("branches.views.answer_form", lambda request, *args, **kwargs: redirect("bureau"))
    with pytest.raises(AssertionError):
        test_what_was_typed_comes_back(stage, "bureau")
