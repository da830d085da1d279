"""Every rule that a return is held against, as people read them: by theme, and found by a word."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

from etl.validate.check import return_rules
from schema.exports import csv_text
from schema.findings import Severity

COLUMNS = ("rule", "severity", "theme", "summary", "remedy")

_TITLES = {"codes": "Ids and codes", "dates": "Days", "public": "The public version", "traces": "Traces of records"}


@dataclass(frozen=True)
class RuleView:
    """A rule. `theme` is what it is about, `about` what the theme is."""

    id: str
    severity: Severity
    theme: str
    summary: str
    remedy: str


@dataclass(frozen=True)
class Theme:
    """Rules that are about one thing."""

    id: str
    title: str
    about: str
    rules: tuple[RuleView, ...]


def rules() -> list[RuleView]:
    """Every rule, by theme and id."""
    found = [
        RuleView(rule.id, rule.severity, rule.check.__module__.rpartition(".")[2], rule.summary, rule.remedy)
        for rule in return_rules()
    ]
    return sorted(found, key=lambda rule: (rule.theme, rule.id))


def themes(words: str = "", severity: str = "") -> list[Theme]:
    """The rules that hold all these words, and are of this severity, by theme."""
    wanted = words.casefold().split()
    found = [rule for rule in rules() if severity in ("", rule.severity.value) and _has(rule, wanted)]
    return [
        Theme(theme, _TITLES.get(theme, theme.replace("_", " ").capitalize()), _about(theme), _of(found, theme))
        for theme in dict.fromkeys(rule.theme for rule in found)
    ]


def rules_csv(line_end: str = "\r\n") -> str:
    """A row for each rule."""
    return csv_text(
        COLUMNS,
        [
            {"rule": r.id, "severity": r.severity.value, "theme": r.theme, "summary": r.summary, "remedy": r.remedy}
            for r in rules()
        ],
        line_end,
    )


def _of(found: Sequence[RuleView], theme: str) -> tuple[RuleView, ...]:
    return tuple(rule for rule in found if rule.theme == theme)


def _has(rule: RuleView, wanted: Sequence[str]) -> bool:
    text = " ".join((rule.id, rule.theme, rule.summary, rule.remedy)).casefold()
    return all(word in text for word in wanted)


def _about(theme: str) -> str:
    """The first line of what the theme's module says of itself."""
    said = importlib.import_module(f"etl.validate.{theme}").__doc__ or ""
    return said.strip().partition("\n\n")[0].replace("\n", " ")
