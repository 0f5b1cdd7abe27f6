"""Forms of the rules: the calculator and the organisation's own figures, both made from the rule's params."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.rule_settings import read_values
from partywork.forms import DateField, SiteForm, TokenForm
from partywork.periods import today
from partywork.rules import Param

YES_NO = (("是", "是"), ("否", "否"))


def field_of(param: Param, initial: Any = None) -> forms.Field:
    """A field that takes any text; the param itself says what is wrong with it, as it does for the command."""
    facts = {
        "label": param.label,
        "required": False,
        "initial": param.default if initial is None else initial,
    }
    match param.kind:
        case "date":
            return DateField(**facts)
        case "bool":
            facts["initial"] = {True: "是", False: "否"}.get(facts["initial"], facts["initial"])
            return forms.ChoiceField(choices=YES_NO, **facts)
        case "choice":
            return forms.ChoiceField(choices=param.choices, **facts)
    return forms.CharField(
        widget=forms.TextInput(attrs={"inputmode": "decimal" if param.kind == "decimal" else "numeric"}),
        **facts,
    )


class ParamForm(SiteForm):
    """Fields made from params; `values` are the typed ones once the form is valid."""

    def __init__(self, *args: Any, params: tuple[Param, ...], **kwargs: Any) -> None:
        self.params, self.values = params, {}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = {param.name: as_text(cleaned.get(param.name)) for param in self.params}
        self.values, faults = read_values(self.params, typed)
        for name, fault in faults.items():
            if name not in self.errors:
                self.add_error(name, fault)
        return cleaned


def as_text(value: Any) -> str:
    return "" if value is None else str(value)


class CalculatorForm(ParamForm):
    """What the rule answers for these values on a day."""

    def __init__(self, *args: Any, params: tuple[Param, ...], **kwargs: Any) -> None:
        self.base_fields = {param.name: field_of(param) for param in params} | {
            "on": DateField(label="按哪一天的规定", required=False, initial=today)
        }
        super().__init__(*args, params=params, **kwargs)


class RuleSettingForm(TokenForm, ParamForm):
    """The organisation's own figures from a day on."""

    def __init__(self, *args: Any, params: tuple[Param, ...], figures: dict[str, Any], **kwargs: Any) -> None:
        self.base_fields = {param.name: field_of(param, figures[param.name]) for param in params} | {
            "valid_from": DateField(
                label="自哪一天起",
                initial=today,
                help_text="已经开始的周期仍按原来的取值，从下一个周期起按新的取值。",
            ),
            "reason": forms.CharField(
                label="依据", max_length=200, help_text="例如：某年某月某日机关党委会议决定。"
            ),
            **self.base_fields,
        }
        super().__init__(*args, params=params, **kwargs)
