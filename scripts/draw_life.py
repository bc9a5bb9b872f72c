"""Draw `docs/design/life.md` from `tickets/transitions.py`: the state diagram and the table. `--check` only compares."""

# A paragraph of the page is one line here as there.
# ruff: noqa: E501

import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from registry.terms import Role, Status  # noqa: E402 - the repository's own packages, wherever the script is called from
from tickets.transitions import TRANSITIONS, Bar, Deed, Hearer, Need, Relation, Transition  # noqa: E402

PAGE = ROOT / "docs" / "design" / "life.md"
STATES = {
    Status.OPEN: "待交办",
    Status.ASSIGNED: "待接单",
    Status.ACCEPTED: "在办",
    Status.DONE: "待评价",
    Status.CLOSED: "已归档",
    Status.SHELVED: "挂账",
    Status.EXCLUDED: "不予办理",
    Status.WITHDRAWN: "已撤回",
    Status.MERGED: "已并案",
}
_ROLES = {
    Role.RESIDENT: "resident",
    Role.HOUSEHOLD_HEAD: "head",
    Role.GRID_MEMBER: "grid member",
    Role.GRID_LEADER: "grid leader",
    Role.UNIT_MEMBER: "unit member",
    Role.UNIT_LEAD: "unit lead",
    Role.COUNTY_LEADER: "county leader",
    Role.GRID_OFFICE: "grid office",
    Role.DUTY_OFFICER: "duty officer",
}
_RELATIONS = {
    Relation.REACH: "",
    Relation.HOLDER: "of units the one that has it",
    Relation.VOICE: "who told it",
    Relation.SECOND: "not who asked",
}
_NEEDS = {
    Need.REASON: "a reason",
    Need.UNIT: "a unit",
    Need.CATEGORY: "a category",
    Need.PLACE: "a place",
    Need.OTHER_MATTER: "the other matter",
    Need.WORDS: "words",
    Need.REVIEW_DATE: "a review date",
    Need.UNTIL: "until when",
    Need.REQUEST: "a request that waits",
    Need.MESSAGES: "the messages",
}
_BARS = {
    Bar.DANGER: "danger",
    Bar.DOUBT: "doubt",
    Bar.PRIVATE: "person danger",
    Bar.MISSING: "missing person",
    Bar.CONSULTATION: "consultation",
}
_HEAD = """# The life of a matter

Drawn from `tickets/transitions.py` by `scripts/draw_life.py`; do not edit by hand. `unit/tickets/test_transitions.py` drives every use case from every state and finds what this page says: allowed nowhere else, leading nowhere else, refused with these sentences, told to nobody else.

A matter is open (未结) as 待交办, 待接单, 在办, 待评价 and 挂账: there it has one owner and a running clock. A deed without an arrow leaves the state as it is.
"""
_TAIL = """
## Rules that a table cannot say

- **Owner** (首问责任). The grid member owns what was just told, the sponsor's lead what was handed to a unit, who accepted it what is being done. What no unit fits goes to the unit that takes `other` (兜底), else it stays the grid member's and the grid office is shown it; `gridbot check` names an area where nobody would be shown it.
- **退回** never moves a due time later. After the policy's `returns_at_most` the grid office says who does it (`arbiter_decides`), and that is not returned (`return_decided`).
- **挂账** needs a reason and a review date of at most `shelved_days_at_most` days. The clocks stand still and go on where they stood; the review is a clock that asks owner and grid office, each day anew, from the third time with the county leader. A danger takes the matter up again at once, a raised urgency asks for the review at once.
- **延期** is asked by who has it and granted by another person, by name, once a round, to at most `extension_to_days` days after opening. Before that no clock moves.
- **不合理诉求** is proposed by one and confirmed by a second; the clocks run until then, the voices are told, the figure is public. 「不是诉求」 (the bot misread talk) takes one person and only until somebody has accepted it.
- **自行解决** credits no unit. The only voice's word closes the matter; else the other voices are asked.
- **重办** is the same ticket, next round, one rung higher, within the policy's `reopen_within_days` of closing; later it is a new ticket that is linked to the old.
- **拆分** leaves at least one report behind. Both tickets name each other, voices are counted anew, the new one's limits begin now.
"""


def draw() -> str:
    """The page."""
    return "\n".join([_HEAD, "```mermaid", *_diagram(), "```", "", "## Table", "", *_table(), _TAIL])


def _diagram() -> list[str]:
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in TRANSITIONS:
        starts = [status for status in Status if status in row.at & row.moves]
        for before in ([status.value for status in starts] if row.deed is not Deed.OPEN else ["[*]"]):
            for after in row.to:
                if after.value != before:
                    arrows[before, after.value].append(row.name)
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{STATES[status]} {status.value}" as {status.value}' for status in Status]
    lines += [f"    {before} --> {after}: {'、'.join(names)}" for (before, after), names in arrows.items()]
    ends = [status for status in Status if not any(row.to and status in row.at for row in TRANSITIONS if row.deed is not Deed.RECALL)]
    return [*lines, *(f"    {status.value} --> [*]" for status in ends)]


def _table() -> list[str]:
    lines = ["| deed | from | to | who may | needs | told (event → whom) | refused |", "|---|---|---|---|---|---|---|"]
    return [*lines, *(_line(row) for row in TRANSITIONS)]


def _line(row: Transition) -> str:
    cells = (f"{row.name} `{row.deed.value}`", _states(row.at) or "—", _ends(row), _who(row),
             ", ".join(_NEEDS[need] for need in row.needs) or "—", _told(row), _refused(row))
    return f"| {' | '.join(cells)} |"


def _states(statuses: frozenset[Status]) -> str:
    if statuses == frozenset(Status):
        return "any"
    return " ".join(STATES[status] for status in Status if status in statuses)


def _ends(row: Transition) -> str:
    stays = ("as it is",) if row.may_stay or not row.to else ()
    return ", ".join((*(STATES[status] for status in row.to), *stays))


def _who(row: Transition) -> str:
    if not row.may:
        return "the bot itself"
    roles = "anybody" if row.may == frozenset(Role) else ", ".join(_ROLES[role] for role in Role if role in row.may)
    relation = _RELATIONS[row.relation]
    return f"{roles} ({relation})" if relation else roles


def _told(row: Transition) -> str:
    hearers: dict[str, list[Hearer]] = defaultdict(list)
    for event, hearer in row.tells:
        hearers[event].append(hearer)
    return "; ".join(f"`{event}` → {', '.join(hearer.value for hearer in dict.fromkeys(told))}" for event, told in hearers.items()) or "—"


def _refused(row: Transition) -> str:
    """The sentence by state, and by what stands against it whatever the state."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for status in Status:
        if status in row.refused and not row.allows(status):
            by_reason[row.refused[status]].append(STATES[status])
    for bar, reason in row.bars:
        by_reason[reason].append(_BARS[bar])
    others = any(status not in row.at and status not in row.refused for status in Status) and row.may and row.at
    told = [f"`{reason}`: {' '.join(causes)}" for reason, causes in by_reason.items()]
    return "; ".join([*told, *([f"`{row.otherwise}`: else"] if others else [])]) or "—"


def main() -> int:
    """Write the page, or with `--check` say whether it is as drawn."""
    page = draw()
    if "--check" in sys.argv[1:]:
        same = PAGE.read_text(encoding="utf-8") == page
        print("docs/design/life.md is as drawn" if same else "docs/design/life.md differs: run python scripts/draw_life.py")
        return 0 if same else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
