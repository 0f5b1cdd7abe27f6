from django.urls import path, register_converter

from branches import rule_views


class RuleIdConverter:
    """MTG-1, VOTE-2: capitals, a dash, a number."""

    regex = "[A-Z]{2,6}-[0-9]{1,3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RuleIdConverter, "rule_id")

urlpatterns = [
    path("rules/", rule_views.rule_list, name="rules"),
    path("rules/<rule_id:rule_id>/", rule_views.rule_page, name="rule"),
    path("rules/<rule_id:rule_id>/setting/", rule_views.rule_setting, name="rule_setting"),
]
