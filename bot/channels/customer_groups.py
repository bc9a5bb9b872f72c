"""客户群 as WeCom lists them: which there are, who owns them, how many residents are in, by which state they came.

Read by groupchat/list and groupchat/get (path/92120, 92122) and told by change_external_chat (path/92130). Names and
nicknames of residents are never asked for (need_name 0) and never kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.channels.client import WeComClient
from bot.channels.outcomes import Outcome, Sent, Unclear
from bot.messages import Incoming

OWNERS = 100
"""userid_list of one request."""

PAGES = 200
"""200,000 groups of a hundred owners: more is a fault of the far side."""

CHAT_EVENT = "change_external_chat"
CONTACT_EVENT = "change_external_contact"

OURS, OUTSIDE = 1, 2
"""`type` of a member: of the company, or a resident on WeChat (or of another company)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a customer group. `state` is that of the join way by which he came, "" where he was invited."""

    external: str
    is_ours: bool
    state: str


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A customer group as WeCom knows it; `owner` is a userid, `version` changes with every join and leave."""

    chat: str
    name: str
    owner: str
    version: str
    members: tuple[Member, ...]

    @property
    def residents(self) -> tuple[Member, ...]:
        """Those from outside the company."""
        return tuple(member for member in self.members if not member.is_ours)

    @property
    def state(self) -> str:
        """The state by which most residents came, "" where none came by a QR code of ours."""
        states = Counter(member.state for member in self.residents if member.state)
        return states.most_common(1)[0][0] if states else ""


@dataclass(frozen=True, slots=True)
class ChatChange:
    """What an event says of a customer group; `detail` is UpdateDetail, "" for create and dismiss."""

    chat: str
    kind: str
    detail: str
    last_version: str
    version: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What an event says of a contact: ChangeType, the member of the company, the resident."""

    kind: str
    userid: str
    external: str


def read_chat_change(incoming: Incoming) -> ChatChange | None:
    """A change_external_chat event; None for everything else."""
    action = incoming.action
    if action is None or action.key != CHAT_EVENT or incoming.group is None:
        return None
    fields = action.choices
    return ChatChange(
        incoming.group,
        _first(fields, "ChangeType"),
        _first(fields, "UpdateDetail"),
        _first(fields, "LastMemVer"),
        _first(fields, "CurMemVer"),
        tuple(fields.get("MemChangeList/Item", ())),
    )


def read_contact_change(incoming: Incoming) -> ContactChange | None:
    """A change_external_contact event; None for everything else."""
    action = incoming.action
    if action is None or action.key != CONTACT_EVENT:
        return None
    fields = action.choices
    return ContactChange(_first(fields, "ChangeType"), _first(fields, "UserID"), _first(fields, "ExternalUserID"))


class CustomerGroups:
    """Reads through the app that may use 客户联系."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def list(self, owners: Sequence[str]) -> tuple[str, ...] | Outcome:
        """Chat ids of all customer groups of these owners (userids), asked for a hundred owners at a time: without
        a filter WeCom refuses a company of more than 1,000 (81017). The first call that fails ends it."""
        found: dict[str, None] = {}
        asked = list(dict.fromkeys(owners))
        for part in (asked[start : start + OWNERS] for start in range(0, len(asked), OWNERS)):
            cursor = ""
            for _ in range(PAGES):
                body = {"status_filter": 0, "owner_filter": {"userid_list": part}, "cursor": cursor, "limit": 1000}
                outcome = await self._client.post("externalcontact/groupchat/list", body, repeatable=True)
                if not isinstance(outcome, Sent):
                    return outcome
                found |= dict.fromkeys(str(row.get("chat_id")) for row in _rows(outcome.data, "group_chat_list"))
                following = outcome.data.get("next_cursor")
                if not isinstance(following, str) or not following or following == cursor:
                    break
                cursor = following
            else:
                return Unclear("客户群列表的页数太多，没有读完。")
        return tuple(found)

    async def get(self, chat: str) -> CustomerGroup | Outcome:
        """One group with its members' ids and join states."""
        body = {"chat_id": chat, "need_name": 0}
        outcome = await self._client.post("externalcontact/groupchat/get", body, repeatable=True)
        if not isinstance(outcome, Sent):
            return outcome
        group = outcome.data.get("group_chat")
        if not isinstance(group, dict):
            return Unclear("企业微信没有说清这个客户群的情况，稍后再试。")
        members = tuple(
            Member(external, row.get("type") == OURS, str(row.get("state") or ""))
            for row in _rows(group, "member_list")
            if (external := str(row.get("userid") or ""))
        )
        return CustomerGroup(
            chat,
            str(group.get("name") or ""),
            str(group.get("owner") or ""),
            str(group.get("member_version") or ""),
            members,
        )


def _rows(data: Mapping[str, object], name: str) -> Iterable[Mapping[str, object]]:
    value = data.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _first(fields: Mapping[str, tuple[str, ...]], name: str) -> str:
    found = fields.get(name, ())
    return found[0] if found else ""
