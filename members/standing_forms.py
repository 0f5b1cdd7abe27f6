"""The form of what holds of a person for a time: one for entering, correcting and ending it."""

from __future__ import annotations

from datetime import date

from django import forms

from members.models import Member, Standing
from members.standings import ENTERED
from partywork.forms import SiteForm, SiteModelForm, TokenForm, VersionForm

SHOWN = ["status", "start_on", "until", "place", "is_abroad", "contact", "contact_on", "reason", "stop_on"]


class StandingForm(SiteModelForm, VersionForm):
    """The version is the person's: all acts on him count in one row."""

    class Meta:
        model = Standing
        fields = SHOWN
        labels = {"start_on": "开始日期", "stop_on": "结束日期"}
        help_texts = {
            "start_on": "流动的填外出之日，失去联系的填最后一次联系之日，处置处分的填生效之日。",
            "until": "限期改正、留党察看必须填写，其他不填。",
            "place": "流动党员填写，例如：云溪县城关镇某社区党支部。",
            "contact": "支部负责联系的人和联系方式。",
            "reason": "例如：支部大会某年某月某日决定，上级某年某月某日批复。",
            "stop_on": "还在继续的不填；填写后从这一天起不再列为这一情形。",
        }

    def __init__(self, *args, member: Member, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = member.version
        if self.instance.pk:
            del self.fields["status"]
        else:
            self.fields["status"].choices = [("", "请选择"), *((each.value, each.label) for each in ENTERED)]
            self.fields["start_on"].initial = today

    def validate_constraints(self) -> None:
        """The service says it in words that name the days."""


class NewStandingForm(StandingForm, TokenForm):
    pass


class RemoveStandingForm(SiteForm, VersionForm):
    reason = forms.CharField(label="删除原因", max_length=200, help_text="只用于登记错了的；情况已经结束的，请填写结束日期。")

    def __init__(self, *args, member: Member, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = member.version


