"""What of the meetings `manage.py verify` recounts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q

from branches.meetings.models import Meeting, Presence
from partywork.keeping.checks import Asked, verifies

PRESENT, VOTES = Q(attendance__state=Presence.PRESENT), Q(attendance__votes=True)
COUNTERS = {
    "expected_count": Count("attendance"),
    "present_count": Count("attendance", filter=PRESENT),
    "voters_expected": Count("attendance", filter=VOTES),
    "voters_present": Count("attendance", filter=PRESENT & VOTES),
}


@verifies("会议人数")
def counters_fit(asked: Asked) -> Iterator[str]:
    """Expected and present as stored on the meeting are those of its attendance."""
    names = {name: f"real_{name}" for name in COUNTERS}
    wrong = Q()
    for name, real in names.items():
        wrong |= ~Q(**{name: F(real)})
    rows = Meeting.objects.annotate(**{real: COUNTERS[name] for name, real in names.items()}).filter(wrong)
    for row in rows.order_by("pk").values("pk", "title", *names, *names.values()):
        for name, real in names.items():
            if row[name] != row[real]:
                label = Meeting._meta.get_field(name).verbose_name
                yield f"会议{row['pk']}“{row['title']}”：{label}登记为 {row[name]}，出勤记录为 {row[real]}。"
