"""Ladders as values: whom a rung calls, when, and how often the last one is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from escalation.span import Span


class Tell(StrEnum):
    """Whom a rung calls by role; who that is now is read from the registry and the rosters."""

    OWNER = "owner"
    UNIT_MEMBERS = "unit_members"
    UNIT_LEAD = "unit_lead"
    SPONSOR_LEAD = "sponsor_lead"
    GRID_MEMBER = "grid_member"
    GRID_LEADER = "grid_leader"
    DUTY_OFFICER = "duty_officer"
    GRID_OFFICE = "grid_office"
    COUNTY_LEADER = "county_leader"
    CONFIDANTS = "confidants"


class GroupTarget(StrEnum):
    """Which group a rung calls into."""

    COORDINATION = "coordination"
    COMMAND = "command"
    OWN = "own"
    """A group of the unit itself, where it has one; having none is no vacancy."""


NAMES: Mapping[Tell | GroupTarget, str] = {
    Tell.OWNER: "当前负责人",
    Tell.UNIT_MEMBERS: "责任单位经办人",
    Tell.UNIT_LEAD: "责任单位负责人",
    Tell.SPONSOR_LEAD: "包抓单位负责人",
    Tell.GRID_MEMBER: "网格员",
    Tell.GRID_LEADER: "网格长",
    Tell.DUTY_OFFICER: "值班员",
    Tell.GRID_OFFICE: "县网格办",
    Tell.COUNTY_LEADER: "包抓县领导",
    Tell.CONFIDANTS: "知情专人",
    GroupTarget.COORDINATION: "协调群",
    GroupTarget.COMMAND: "指挥群",
    GroupTarget.OWN: "责任单位自己的群",
}

#: Who is called at once in the place of a role that reaches nobody. From the roles of person danger it leads only to
#: roles of person danger, never to a group.
STANDS_IN: Mapping[Tell, Tell] = {
    Tell.OWNER: Tell.GRID_LEADER,
    Tell.UNIT_MEMBERS: Tell.UNIT_LEAD,
    Tell.UNIT_LEAD: Tell.SPONSOR_LEAD,
    Tell.SPONSOR_LEAD: Tell.GRID_OFFICE,
    Tell.GRID_MEMBER: Tell.GRID_LEADER,
    Tell.GRID_LEADER: Tell.DUTY_OFFICER,
    Tell.DUTY_OFFICER: Tell.GRID_OFFICE,
    Tell.GRID_OFFICE: Tell.DUTY_OFFICER,
    Tell.COUNTY_LEADER: Tell.GRID_OFFICE,
    Tell.CONFIDANTS: Tell.DUTY_OFFICER,
}

#: Who may hear of a person danger (domain.md): the duty officer owns it, confidants of the area stand beside him.
PERSON_DANGER = (Tell.OWNER, Tell.DUTY_OFFICER, Tell.GRID_LEADER, Tell.CONFIDANTS, Tell.GRID_OFFICE)

#: Roles and groups above coordination; a danger nobody has confirmed does not reach them.
COMMAND_TIER = frozenset({Tell.COUNTY_LEADER, GroupTarget.COMMAND})


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung. `after` counts from the rung before it; the first is called when the limit passes, so its is zero."""

    after: Span
    tell: tuple[Tell, ...] = ()
    groups: tuple[GroupTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs from the lowest up; the last one is called again every `repeat` until somebody acts."""

    rungs: tuple[Rung, ...]
    repeat: Span
