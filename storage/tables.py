"""Every table, as SQLModel models. Statements are written against the `Table` objects at the end (SQLAlchemy Core):
on the hot path a model object per row costs five times as much.

Enumerations are stored by their value. `group_id`, `actor` and `target` stand for group, by and to, which are SQL's own
words. Heard words lie only in `words` and in the body of `inbox`.
"""

import re
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Instant, Key, Plain


class Row(SQLModel):
    """Root of our tables, with metadata and names of its own, so that migrations know every constraint."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _key() -> Any:
    return Field(default=None, sa_column=Column("id", Key, primary_key=True, autoincrement=True))


def _ref(name: str, table: str, *, optional: bool = False, first: bool = False) -> Any:
    column: Column[Any] = Column(
        name, Key, ForeignKey(f"{table}.id"), nullable=optional, primary_key=first, autoincrement=False
    )
    return Field(default=None, sa_column=column)


def _some(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index over the rows that meet a condition. SQLite uses it only where a statement spells the condition the
    same way, and it spells a truth value as 1 or 0."""
    spelled = re.sub(r"^NOT (\w+)$", r"\1 = 0", re.sub(r"^(\w+)$", r"\1 = 1", condition))
    return Index(name, *columns, unique=unique, sqlite_where=text(spelled), postgresql_where=text(condition))


class TicketRow(Row, table=True):
    """A matter. `groups` is what is read; `ticket_groups` is the index over it. `touched_at` is the later of the last
    message and the closing."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_tickets_aloud", "aloud"),
        _some("ix_tickets_open_area", "is_open", "area", "last_at"),
        _some("ix_tickets_closed_area", "NOT is_open", "area", "touched_at"),
        Index("ix_tickets_township_category", "township", "category", "last_at"),
        _some("ix_tickets_open_owner", "is_open", "owner"),
        _some("ix_tickets_open_unit", "is_open", "unit"),
        _some("ix_tickets_open_opened", "is_open", "opened_at"),
        Index("ix_tickets_opened_at", "opened_at"),
        Index("ix_tickets_closed_at", "closed_at"),
    )
    id: int | None = _key()
    number: str
    aloud: str
    kind: str
    category: str
    urgency: str
    danger: str | None = None
    doubt: bool
    group_id: str | None = None
    groups: list[str] = Field(sa_type=Plain)
    area: str
    township: str | None = None
    place: str | None = None
    summary: str
    status: str
    is_open: bool
    owner: str | None = None
    policy: str
    opened_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    touched_at: datetime = Field(sa_type=Instant)
    outcome: str | None = None
    unit: str | None = None
    round: int
    step: int
    returns: int
    voices: int
    accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    danger_ended_at: datetime | None = Field(default=None, sa_type=Instant)
    merged_into: int | None = _ref("merged_into", "tickets", optional=True)
    linked_to: int | None = _ref("linked_to", "tickets", optional=True)
    missing: bool
    late: bool
    leader: str | None = None


class TicketGroupRow(Row, table=True):
    __tablename__ = "ticket_groups"
    __table_args__ = (Index("ix_ticket_groups_group_id", "group_id"),)
    ticket: int = _ref("ticket", "tickets", first=True)
    group_id: str = Field(primary_key=True)


class WordsRow(Row, table=True):
    """Kept words. Erasing takes body and salt away and leaves the row, so that nothing that refers to it breaks."""

    __tablename__ = "words"
    id: int | None = _key()
    salt: str | None = None
    body: str | None = Field(default=None, sa_type=Text, repr=False)


class TicketMessageRow(Row, table=True):
    __tablename__ = "ticket_messages"
    __table_args__ = (UniqueConstraint("message_id"), Index("ix_ticket_messages_ticket_at", "ticket", "at"))
    id: int | None = _key()
    message_id: str
    ticket: int = _ref("ticket", "tickets")
    sender: str
    group_id: str | None = None
    at: datetime = Field(sa_type=Instant)
    act: str
    words_id: int | None = _ref("words_id", "words", optional=True)
    media: str | None = None


class MediaRow(Row, table=True):
    """A picture or voice of a message that lies in a ticket: where it can be had (`ref` by the `door`), then itself."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("message_id", "place"),
        _some("ix_media_waiting", "state = 'waiting'", "next_at"),
    )
    id: int | None = _key()
    message_id: str
    place: int
    door: str
    kind: str
    ref: str = Field(repr=False)
    secret: str | None = Field(default=None, repr=False)
    state: str
    tries: int
    next_at: datetime = Field(sa_type=Instant)
    content_type: str | None = None
    body: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)


class HistoryRow(Row, table=True):
    """A line of a ticket's chain. `digest` covers the facts of the line, the digest of the line before, and
    `words_digest`, the salted digest of its words; `message_id` names the message that the words came from."""

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("ticket", "line"),
        _some("ix_history_message_id", "message_id IS NOT NULL", "message_id"),
        Index("ix_history_what_at", "what", "at"),
    )
    id: int | None = _key()
    ticket: int = _ref("ticket", "tickets")
    line: int
    at: datetime = Field(sa_type=Instant)
    what: str
    actor: str | None = None
    target: str | None = None
    facts: dict[str, Any] = Field(sa_type=Plain)
    message_id: str | None = None
    words_id: int | None = _ref("words_id", "words", optional=True)
    words_digest: str | None = None
    digest: str


class AnchorRow(Row, table=True):
    """One line a night over all lines since the anchor before: whoever rewrites a chain must rewrite these too."""

    __tablename__ = "anchors"
    id: int | None = _key()
    at: datetime = Field(sa_type=Instant)
    upto: int = Field(sa_type=Key)
    lines: int
    digest: str


class ClockRow(Row, table=True):
    __tablename__ = "clocks"
    __table_args__ = (
        _some("ix_clocks_running_due_at", "state = 'running'", "due_at"),
        _some("ix_clocks_running_limit_at", "state = 'running' AND kind IN ('accept', 'done')", "limit_at"),
    )
    ticket: int = _ref("ticket", "tickets", first=True)
    kind: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant)
    limit_at: datetime = Field(sa_type=Instant)
    rung: int
    state: str


class StepRow(Row, table=True):
    """A ladder step, decided exactly once (promise P4): its key says so."""

    __tablename__ = "steps"
    __table_args__ = (Index("ix_steps_at", "at"),)
    ticket: int = _ref("ticket", "tickets", first=True)
    round: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Instant)
    ladder: str
    rung: int
    calls: list[str] = Field(sa_type=Plain)
    missing: list[str] = Field(sa_type=Plain)


class WhistleRow(Row, table=True):
    """A unit whistled to a matter (吹哨报到)."""

    __tablename__ = "whistles"
    ticket: int = _ref("ticket", "tickets", first=True)
    round: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    unit: str = Field(primary_key=True)
    kind: str
    is_lead: bool
    actor: str
    at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    reported_at: datetime | None = Field(default=None, sa_type=Instant)
    reported_by: str | None = None
    named_at: datetime | None = Field(default=None, sa_type=Instant)
    part_done_at: datetime | None = Field(default=None, sa_type=Instant)


class SupervisionRow(Row, table=True):
    """A supervision (督办) that waits for an answer."""

    __tablename__ = "supervisions"
    __table_args__ = (Index("ix_supervisions_ticket", "ticket"),)
    id: int | None = _key()
    ticket: int = _ref("ticket", "tickets")
    grade: str
    actor: str
    at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    lapsed_at: datetime | None = Field(default=None, sa_type=Instant)


class TopicRow(Row, table=True):
    """专题: a matter on the list for the standing meeting."""

    __tablename__ = "topics"
    __table_args__ = (Index("ix_topics_at", "at"),)
    ticket: int = _ref("ticket", "tickets", first=True)
    actor: str
    at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: str | None = None
    opinion_at: datetime | None = Field(default=None, sa_type=Instant)
    opinion_by: str | None = None
    opinion_line: int | None = None


class OutboxRow(Row, table=True):
    """A sentence to say, as data. `withdraw` marks what was cancelled after an owner had been asked for it."""

    __tablename__ = "outbox"
    __table_args__ = (
        _some("ix_outbox_waiting", "state = 'waiting' AND parent IS NULL", "lane_rank", "not_before", "id"),
        _some("ix_outbox_sending", "state = 'sending'", "lease_until"),
        _some("ix_outbox_asked", "state = 'asked'", "asked_at"),
        _some("ix_outbox_withdraw", "withdraw", "id"),
        _some("ix_outbox_unseen", "state IN ('unclear', 'failed') AND seen_at IS NULL", "changed_at"),
        Index("ix_outbox_ticket_round_step", "ticket", "round", "step"),
        Index("ix_outbox_task_ref", "task_ref"),
        Index("ix_outbox_parent", "parent"),
        _some("ix_outbox_told_group", "state = 'sent' AND lane_rank = 2", "group_id", "sent_at"),
    )
    id: int | None = _key()
    kind: str
    event: str
    lane: str
    lane_rank: int
    ticket: int | None = _ref("ticket", "tickets", optional=True)
    because: str
    group_id: str | None = None
    person: str | None = None
    args: dict[str, Any] = Field(sa_type=Plain)
    round: int
    step: int
    tier: str | None = None
    still: str
    parent: int | None = _ref("parent", "outbox", optional=True)
    state: str
    created_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int
    form: str | None = None
    task_ref: str | None = None
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    withdraw: bool
    error: str | None = None
    seen_at: datetime | None = Field(default=None, sa_type=Instant)


class InboxRow(Row, table=True):
    """What came by callback or socket, on disk before WeCom has its answer."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("key"),
        _some("ix_inbox_undecided", "decided_at IS NULL AND set_aside IS NULL", "id"),
        _some("ix_inbox_bodies", "body IS NOT NULL", "set_aside_at"),
        _some("ix_inbox_message_id", "message_id IS NOT NULL", "message_id"),
        Index("ix_inbox_at", "at"),
    )
    id: int | None = _key()
    key: str
    channel: str
    body: str | None = Field(default=None, sa_type=Text, repr=False)
    at: datetime = Field(sa_type=Instant)
    message_id: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    tries: int
    set_aside: str | None = None
    set_aside_at: datetime | None = Field(default=None, sa_type=Instant)


class EarMarkRow(Row, table=True):
    """Where an ear stood in each minute that it heard; no text."""

    __tablename__ = "ear_marks"
    ear: str = Field(primary_key=True)
    minute: datetime = Field(primary_key=True, sa_type=Instant)
    seq: int | None = Field(default=None, sa_type=Key)


class GroupHearingRow(Row, table=True):
    """On how many days a group was heard, the first of them and the last (their midnights)."""

    __tablename__ = "group_hearing"
    group_id: str = Field(primary_key=True)
    first_day: datetime = Field(sa_type=Instant)
    last_day: datetime = Field(sa_type=Instant)
    days: int


class CursorRow(Row, table=True):
    __tablename__ = "cursors"
    ear: str = Field(primary_key=True)
    seq: int = Field(sa_type=Key)


class SetAsideRow(Row, table=True):
    """A message that could not be decided: where it was, and the class of the error. No text."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("ear", "place"),)
    id: int | None = _key()
    ear: str
    place: str
    error_class: str
    at: datetime = Field(sa_type=Instant)


class AgendaRow(Row, table=True):
    __tablename__ = "agenda"
    __table_args__ = (Index("ix_agenda_due_at", "due_at"),)
    name: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant)


class AnnouncementRow(Row, table=True):
    __tablename__ = "announcements"
    __table_args__ = (Index("ix_announcements_area", "area"), Index("ix_announcements_message_id", "message_id"))
    id: int | None = _key()
    group_id: str
    area: str
    category: str
    message_id: str
    actor: str
    at: datetime = Field(sa_type=Instant)
    starts_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    words_id: int = _ref("words_id", "words")
    ticket: int | None = _ref("ticket", "tickets", optional=True)


class OfficeLogRow(Row, table=True):
    """What was decided for the whole county; rows are only added."""

    __tablename__ = "office_log"
    __table_args__ = (Index("ix_office_log_what_id", "what", "id"),)
    id: int | None = _key()
    at: datetime = Field(sa_type=Instant)
    what: str
    actor: str | None = None
    facts: dict[str, Any] = Field(sa_type=Plain)
    words_id: int | None = _ref("words_id", "words", optional=True)


class MuteRow(Row, table=True):
    __tablename__ = "mutes"
    group_id: str = Field(primary_key=True)
    until: datetime = Field(sa_type=Instant)


class AddressRow(Row, table=True):
    """A group's outside id at one ear or mouth."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("ear", "external"),)
    group_id: str = Field(primary_key=True)
    ear: str = Field(primary_key=True)
    external: str
    actor: str | None = None
    at: datetime = Field(sa_type=Instant)


class IdentityRow(Row, table=True):
    """A person's outside id at one channel."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "external"),)
    person: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    external: str
    actor: str | None = None
    at: datetime = Field(sa_type=Instant)


class BindingCodeRow(Row, table=True):
    __tablename__ = "binding_codes"
    code: str = Field(primary_key=True)
    person: str
    expires_at: datetime = Field(sa_type=Instant)


class RosterOverrideRow(Row, table=True):
    __tablename__ = "roster_overrides"
    roster: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    absent: str = Field(primary_key=True)
    instead: str
    actor: str
    at: datetime | None = Field(default=None, sa_type=Instant)


class RosterSwapRow(Row, table=True):
    """换班: two people of a roster take each other's shift. `accepted` is null until the other has answered."""

    __tablename__ = "roster_swaps"
    __table_args__ = (_some("ix_roster_swaps_asked", "accepted IS NULL", "other"),)
    id: int | None = _key()
    roster: str
    asker: str
    asker_day: date
    asker_shift: str
    other: str
    other_day: date
    other_shift: str
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    accepted: bool | None = None


class HandOverNoteRow(Row, table=True):
    """交班: what one shift leaves to the next. Retention takes its words."""

    __tablename__ = "handover_notes"
    __table_args__ = (Index("ix_handover_notes_roster_at", "roster", "at"),)
    id: int | None = _key()
    roster: str
    actor: str
    at: datetime = Field(sa_type=Instant)
    words_id: int | None = _ref("words_id", "words", optional=True)
    shown_at: datetime | None = Field(default=None, sa_type=Instant)


class ShiftHandOverRow(Row, table=True):
    """A shift took over from the one before, once: its key says so."""

    __tablename__ = "shift_handovers"
    roster: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    shift: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    people: list[str] = Field(sa_type=Plain)


class GroupMemberRow(Row, table=True):
    """A registered official's stay in a group, as WeCom's member lists showed it. Residents are never kept here."""

    __tablename__ = "group_members"
    __table_args__ = (Index("ix_group_members_since", "since"),)
    group_id: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    since: datetime = Field(primary_key=True, sa_type=Instant)
    until: datetime = Field(sa_type=Instant)


class MemberListRow(Row, table=True):
    """When a group's member list was last read."""

    __tablename__ = "member_lists"
    group_id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Instant)


class StrangerRow(Row, table=True):
    """An unregistered chat or person; empty text where there is none."""

    __tablename__ = "strangers"
    channel: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    times: int


class CounterRow(Row, table=True):
    """The last number taken on a day."""

    __tablename__ = "counters"
    day: date = Field(primary_key=True)
    taken: int


class RegistryVersionRow(Row, table=True):
    """The whole registry as plain data, one row for each import; the active one is in use."""

    __tablename__ = "registry_versions"
    __table_args__ = (_some("uq_registry_versions_active", "active", "active", unique=True),)
    id: int | None = _key()
    content: dict[str, Any] = Field(sa_type=Plain)
    at: datetime = Field(sa_type=Instant)
    actor: str
    active: bool
    replaced: int | None = _ref("replaced", "registry_versions", optional=True)


class LeaseRow(Row, table=True):
    __tablename__ = "leases"
    role: str = Field(primary_key=True)
    holder: str
    fence: int
    expires_at: datetime = Field(sa_type=Instant)


class BucketRow(Row, table=True):
    """A token bucket of one destination."""

    __tablename__ = "buckets"
    destination: str = Field(primary_key=True)
    tokens: float
    at: datetime = Field(sa_type=Instant)


class AccessTokenRow(Row, table=True):
    """An app's token for WeCom's API, shared by all processes. `app` is a digest of enterprise and secret."""

    __tablename__ = "access_tokens"
    app: str = Field(primary_key=True)
    value: str = Field(repr=False)
    generation: int
    until: datetime = Field(sa_type=Instant)
    fetching_until: datetime = Field(sa_type=Instant)


class CardCodeRow(Row, table=True):
    """A one-use code by which a sent card can still be changed. It is deleted as it is used."""

    __tablename__ = "card_codes"
    __table_args__ = (Index("ix_card_codes_row", "row"),)
    code: str = Field(primary_key=True, repr=False)
    row: int = _ref("row", "outbox")
    until: datetime = Field(sa_type=Instant)


class OpenUserRow(Row, table=True):
    """A member's plain userid behind the encrypted one that the AI bot hears; None where WeCom knows none."""

    __tablename__ = "open_users"
    open_userid: str = Field(primary_key=True)
    userid: str | None = None
    at: datetime = Field(sa_type=Instant)


class ShutDoorRow(Row, table=True):
    """An address that WeCom has refused for good and that is left alone. `door` is a digest, for a key is a secret."""

    __tablename__ = "shut_doors"
    door: str = Field(primary_key=True)
    code: int
    at: datetime = Field(sa_type=Instant)


class CustomerGroupRow(Row, table=True):
    """A customer group as WeCom showed it last. `owner` is a userid; `agreed_owner` the person whom the office took in
    the registry's place; `told_owner` the userid of whom the office was told. No resident is kept here."""

    __tablename__ = "customer_groups"
    chat: str = Field(primary_key=True)
    name: str
    owner: str
    version: str
    residents: int
    join_state: str
    seen_at: datetime = Field(sa_type=Instant)
    gone_at: datetime | None = Field(default=None, sa_type=Instant)
    agreed_owner: str | None = None
    told_owner: str | None = None


class ConsentRow(Row, table=True):
    """Whether a resident agreed that the archive holds what he says in a room. Erased when he leaves it."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_external", "external"), _some("ix_consents_refused", "NOT agreed", "room"))
    room: str = Field(primary_key=True)
    external: str = Field(primary_key=True)
    agreed: bool
    at: datetime = Field(sa_type=Instant)


class JoinWayRow(Row, table=True):
    """A grid's join QR code: the groups it leads to, and its picture (PNG)."""

    __tablename__ = "join_ways"
    area: str = Field(primary_key=True)
    config_id: str
    chats: list[str] = Field(sa_type=Plain)
    picture: bytes = Field(sa_type=LargeBinary, repr=False)
    at: datetime = Field(sa_type=Instant)


class ResidentOrderRow(Row, table=True):
    """A report of 居民上报 that became a ticket, and how many of its steps were told."""

    __tablename__ = "resident_orders"
    order_id: str = Field(primary_key=True)
    ticket: int = _ref("ticket", "tickets")
    steps: int


class MassReminderRow(Row, table=True):
    """How often the owner was reminded of a mass-send task that waits for his press."""

    __tablename__ = "mass_reminders"
    task_ref: str = Field(primary_key=True)
    times: int
    last_at: datetime = Field(sa_type=Instant)


class ResidentRow(Row, table=True):
    """Who speaks with the bot alone (微信客服, 公众号): where to answer and how often, and the area that he named."""

    __tablename__ = "residents"
    person: str = Field(primary_key=True)
    channel: str
    external: str
    account: str
    until: datetime = Field(sa_type=Instant)
    turns: int
    area: str | None = None
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
    forgotten: bool


class KfCursorRow(Row, table=True):
    """How far the messages of a 客服 account were read."""

    __tablename__ = "kf_cursors"
    account: str = Field(primary_key=True)
    cursor: str
    at: datetime = Field(sa_type=Instant)


class ShadowDayRow(Row, table=True):
    """What a list or model on trial would have done on a day (ISO), as counts."""

    __tablename__ = "shadow_days"
    day: str = Field(primary_key=True)
    heard: int
    same: int
    added: int
    lost: int
    changed: int
    added_danger: int
    lost_danger: int


class MetaRow(Row, table=True):
    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str


METADATA = Row.metadata
tickets = METADATA.tables["tickets"]
ticket_groups = METADATA.tables["ticket_groups"]
words = METADATA.tables["words"]
media = METADATA.tables["media"]
ticket_messages = METADATA.tables["ticket_messages"]
history = METADATA.tables["history"]
anchors = METADATA.tables["anchors"]
clocks = METADATA.tables["clocks"]
steps = METADATA.tables["steps"]
whistles = METADATA.tables["whistles"]
supervisions = METADATA.tables["supervisions"]
topics = METADATA.tables["topics"]
outbox = METADATA.tables["outbox"]
inbox = METADATA.tables["inbox"]
ear_marks = METADATA.tables["ear_marks"]
group_hearing = METADATA.tables["group_hearing"]
cursors = METADATA.tables["cursors"]
set_aside = METADATA.tables["set_aside"]
agenda = METADATA.tables["agenda"]
announcements = METADATA.tables["announcements"]
office_log = METADATA.tables["office_log"]
mutes = METADATA.tables["mutes"]
addresses = METADATA.tables["addresses"]
identities = METADATA.tables["identities"]
binding_codes = METADATA.tables["binding_codes"]
roster_overrides = METADATA.tables["roster_overrides"]
roster_swaps = METADATA.tables["roster_swaps"]
handover_notes = METADATA.tables["handover_notes"]
shift_handovers = METADATA.tables["shift_handovers"]
group_members = METADATA.tables["group_members"]
member_lists = METADATA.tables["member_lists"]
strangers = METADATA.tables["strangers"]
counters = METADATA.tables["counters"]
registry_versions = METADATA.tables["registry_versions"]
leases = METADATA.tables["leases"]
buckets = METADATA.tables["buckets"]
access_tokens = METADATA.tables["access_tokens"]
card_codes = METADATA.tables["card_codes"]
open_users = METADATA.tables["open_users"]
shut_doors = METADATA.tables["shut_doors"]
customer_groups = METADATA.tables["customer_groups"]
consents = METADATA.tables["consents"]
join_ways = METADATA.tables["join_ways"]
resident_orders = METADATA.tables["resident_orders"]
mass_reminders = METADATA.tables["mass_reminders"]
residents = METADATA.tables["residents"]
kf_cursors = METADATA.tables["kf_cursors"]
shadow_days = METADATA.tables["shadow_days"]
meta = METADATA.tables["meta"]
