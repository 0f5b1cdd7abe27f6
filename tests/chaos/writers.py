"""People who write without pause and note every answer; whoever gets none sends the same again, as a browser's reload does.

A writer's story is a generator: it yields what he sends and is given the answer. Each act carries an id of its own, by
which `tests.chaos.ledger` finds it again, once and whole.
"""
from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from partywork.periods import today
from tests.chaos.browsers import Browser, Reply
from tests.stage import PNG

HAN = str.maketrans("0123456789", "零一二三四五六七八九")
AGAIN, PAUSE = 600, 0.05  # times that the same is sent before it counts as refused for ever; seconds between
LARGE = 1_200_000  # more than a server keeps in memory: such an upload passes through a file of its own


@dataclass
class Act:
    """One thing sent: `key` finds it again, `value` is what must be kept of it."""

    kind: str
    key: str
    path: str
    data: dict[str, Any]
    value: str = ""
    reply: Reply | None = None

    @property
    def with_files(self) -> bool:
        return "files" in self.data


Story = Generator[Act, Reply, None]


class Writer(threading.Thread):
    """Tells its story over and over until it is stopped; `acts` are all that it began, the last perhaps unanswered."""

    def __init__(self, name: str, browser: Browser, branch: int, people: list[int]) -> None:
        super().__init__(name=name, daemon=True)
        self.browser, self.branch, self.people = browser, branch, people
        self.acts: list[Act] = []
        self.answered = 0
        self.refusals: list[Reply] = []  # 503: not now
        self.faults: list[str] = []
        self.leaving, self.dropped, self.gate = threading.Event(), threading.Event(), threading.Event()
        self.gate.set()

    def drop(self) -> None:
        """Stop at once, in the middle of an act."""
        self.leaving.set()
        self.dropped.set()
        self.gate.set()

    def run(self) -> None:
        for number in count(1):
            story = self.story(f"{self.name}-{number}")
            act = next(story)
            while act is not None:
                self.acts.append(act)
                if not self.send(act):
                    break
                act = next_act(story, act.reply)
            if self.leaving.is_set():
                break
        self.browser.close()

    def send(self, act: Act) -> bool:
        """Until there is an answer; nobody leaves in the middle of an act."""
        for _ in range(AGAIN):
            self.gate.wait()
            data = act.data | ({"files": photo(act.key)} if act.with_files else {})
            reply = self.browser.post(act.path, data, act.with_files)
            if reply and reply.status != 503:
                return self.note(act, reply)
            self.refusals += [reply] if reply else []
            if self.dropped.wait(PAUSE):
                return False
        self.faults.append(f"{act.kind} {act.key}: no answer")
        return False

    def note(self, act: Act, reply: Reply) -> bool:
        if not is_kept(act, reply):
            self.faults.append(f"{act.kind} {act.key}: {reply.status} {reply.location}\n{reply.text[-3000:]}")
            return False
        act.reply = reply
        self.answered += 1
        return True

    def story(self, name: str) -> Story:
        """A draft typed, saved three times and registered with a photo; a plain meeting, corrected; a member, corrected twice."""
        token = str(uuid.uuid4())
        for number in (1, 2, 3):
            text = f"{name} 第{number}次"
            yield Act("autosave", token, "/meetings/autosave/", self.meeting(token, name, minutes=text), text)
        photographed = self.meeting(token, name) | {"files": None}
        yield Act("meeting", token, "/meetings/new/", photographed, name)
        token = str(uuid.uuid4())
        made = yield Act("meeting", token, "/meetings/new/", self.meeting(token, f"{name}-b"), f"{name}-b")
        yield self.correction(made.made, f"{name}-c")
        yield from self.member(name)

    def meeting(self, token: str, title: str, **more: Any) -> dict[str, Any]:
        return {
            "branch": self.branch, "form_token": token, "kinds": ["study", "theme_day"], "theme_form": "study",
            "held_on": (today() - timedelta(days=1)).isoformat(), "title": title, "res-TOTAL_FORMS": "1",
            "res-INITIAL_FORMS": "0", "res-0-matter": "ordinary", "res-0-text": title, "listed": self.people,
            "present": self.people[1:], f"state-{self.people[0]}": "leave", f"reason-{self.people[0]}": "病假",
        } | more

    def correction(self, pk: int, reason: str) -> Act:
        """Another one is away; the reason is its id."""
        away = self.people[1]
        data = self.meeting("", reason) | {"present": [self.people[0], *self.people[2:]], "version": 1, "reason": reason,
                                           f"state-{away}": "absent", f"reason-{away}": reason}
        return Act("correct", reason, f"/meetings/{pk}/edit/", data, str(pk))

    def member(self, name: str) -> Iterator[Act]:
        token, called = str(uuid.uuid4()), name.translate(HAN).replace("-", "").replace("writer", "新")
        facts = {"name": called, "sex": "f", "born_on": "1990-05-01", "joined_on": "2012-06-01", "full_on": "2013-06-01",
                 "start_on": today().isoformat(), "reason": "first", "branch": self.branch}
        made = yield Act("member", token, "/members/new/", facts | {"form_token": token}, called)
        for version in (1, 2):
            joined = date(2011, 1, version).isoformat()
            yield Act("edit", f"{token} {joined}", f"/members/{made.made}/edit/",
                      facts | {"joined_on": joined, "version": version}, str(made.made))


def next_act(story: Story, reply: Reply) -> Act | None:
    try:
        return story.send(reply)
    except StopIteration:
        return None


def is_kept(act: Act, reply: Reply) -> bool:
    """Acknowledged. A change sent again after its answer was lost meets its own first sending: 409, both versions."""
    if act.kind == "autosave":
        return reply.status == 200 and "草稿已保存" in reply.text
    if reply.status == 302:
        return not reply.location.startswith("/login")
    return reply.status == 409 and act.kind in ("correct", "edit")


def photo(key: str) -> SimpleUploadedFile:
    """A picture that no other act sends; one in eight is large."""
    digest = hashlib.sha256(key.encode()).digest()
    size = LARGE if digest[0] % 8 == 0 else 1000
    return SimpleUploadedFile(f"{key}.png", PNG + digest * (size // len(digest)), "image/png")
