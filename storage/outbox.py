"""The outbox: what is to be said, as rows, from the transaction that decided it to the outcome of the call.

waiting → sending (with a lease) → sent | asked → sent | unclear | failed; cancelled from waiting and asked. A sender
that dies while sending leaves `unclear`: the call may have been made (promise P6).

A row with a `parent` is told by its parent (a digest's children, what one press sends): it is not claimed by itself and
shares its parent's outcome.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from registry.terms import Form, Lane, Said, Tier
from storage.in_list import filled, length_for, one_of
from storage.tables import outbox
from storage.work_base import OnConnection
from tickets.model import Queued, ToSay

#: How long a sender may take for one call before its row counts as unclear.
LEASE_SECONDS = 30
#: Lanes in the order in which they leave.
LANES = (Lane.DANGER, Lane.URGENT, Lane.NORMAL, Lane.DIGEST)
_RANK = {lane: rank for rank, lane in enumerate(LANES)}
#: Lanes that nothing holds back.
_NEVER_HELD = (Lane.DANGER.value, Lane.URGENT.value)

_o = outbox.c


def _state(*names: str) -> ColumnElement[bool]:
    # written into the statement, not bound: a partial index is used only where the condition can be seen
    literals: list[ColumnElement[str]] = [literal_column(f"'{name}'") for name in names]
    return _o.state == literals[0] if len(literals) == 1 else _o.state.in_(literals)


_INSERT = insert(outbox).returning(_o.id)
_CLAIMABLE = and_(_state("waiting"), _o.parent.is_(None))
_NEXT_OF_LANE = (
    select(outbox)
    .where(_CLAIMABLE, _o.lane_rank == bindparam("lane_rank"), _o.not_before <= bindparam("now"))
    .order_by(_o.not_before, _o.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .where(_o.id.in_(bindparam("ids", expanding=True)))
    .values(state="sending", lease_until=bindparam("lease"), changed_at=bindparam("now"), attempts=_o.attempts + 1)
)
_EXPIRE = (
    update(outbox)
    .where(_state("sending"), _o.lease_until < bindparam("now"))
    .values(state="unclear", error="lease", lease_until=None, changed_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row with what became of it. `say` is what was queued; `error` is a class and code, never a text."""

    id: int
    say: ToSay
    state: str
    created_at: datetime
    not_before: datetime
    changed_at: datetime
    attempts: int
    form: Form | None
    task_ref: str | None
    asked_at: datetime | None
    sent_at: datetime | None
    withdraw: bool
    error: str | None
    seen_at: datetime | None

    @property
    def mark(self) -> str:
        """What a double post can be recognised by: round, step and row."""
        return f"{self.say.round}.{self.say.step}.{self.id}"


# what the use cases do -------------------------------------------------------


def say(connection: Connection, row: ToSay, now: datetime) -> int:
    """Queue a sentence; gives the row's id."""
    values = {
        "kind": row.kind.value,
        "event": row.event,
        "lane": row.lane.value,
        "lane_rank": _RANK[row.lane],
        "ticket": row.ticket,
        "because": row.because,
        "group_id": row.group,
        "person": row.person,
        "args": dict(row.args),
        "round": row.round,
        "step": row.step,
        "tier": row.tier.value if row.tier else None,
        "still": row.still,
        "parent": row.parent,
        "state": "waiting",
        "created_at": now,
        "not_before": row.not_before or now,
        "changed_at": now,
        "attempts": 0,
        "withdraw": False,
    }
    return int(connection.execute(_INSERT, values).scalar_one())


def cancel(
    connection: Connection,
    ticket_id: int,
    now: datetime,
    kinds: Collection[Said] | None,
    events: Collection[str] | None,
    lanes: Collection[Lane] | None,
) -> int:
    """Cancel a ticket's waiting and asked rows that meet every condition given; what was asked is to be withdrawn."""
    given: dict[str, list[str]] = {}
    if kinds is not None:
        given["kind"] = sorted(kind.value for kind in kinds)
    if events is not None:
        given["event"] = sorted(events)
    if lanes is not None:
        given["lane"] = sorted(lane.value for lane in lanes)
    if not all(given.values()):
        return 0
    lengths = {name: length_for(len(wanted)) for name, wanted in given.items()}
    values: dict[str, Any] = {"which": ticket_id, "now": now}
    for name, wanted in given.items():
        values |= filled(name, wanted, lengths[name])
    statements = _cancelling(tuple(lengths.items()))
    return sum(int(connection.execute(statement, values).rowcount) for statement in statements)


@cache
def _cancelling(given: tuple[tuple[str, int], ...]) -> tuple[Update, Update]:
    """What cancels asked rows and waiting ones, with conditions on these columns: lists of these lengths."""
    conditions = [_o.ticket == bindparam("which")]
    conditions += [one_of(outbox.c[name], name, length) for name, length in given]
    done = update(outbox).values(state="cancelled", changed_at=bindparam("now"), lease_until=None).where(*conditions)
    return done.values(withdraw=True).where(_state("asked")), done.where(_state("waiting"))


def carry_round(connection: Connection, ticket_id: int, before: int, after: int) -> None:
    """What waits or was asked in a round is said in another."""
    query = update(outbox).where(_o.ticket == ticket_id, _o.round == before, _state("waiting", "asked"))
    connection.execute(query.values(round=after))


def delay(connection: Connection, ticket_id: int, kinds: Collection[Said], not_before: datetime) -> None:
    """Hold a ticket's waiting rows of these kinds until then; danger and urgent are never held."""
    length = length_for(len(kinds))
    values = {"which": ticket_id, "then": not_before, **filled("kinds", sorted(kind.value for kind in kinds), length)}
    connection.execute(_delaying(length), values)


@cache
def _delaying(length: int) -> Update:
    may_be_held = and_(*(_o.lane != literal_column(f"'{lane}'") for lane in _NEVER_HELD))
    return (
        update(outbox)
        .where(_o.ticket == bindparam("which"), _state("waiting"), one_of(_o.kind, "kinds", length))
        .where(may_be_held, _o.not_before < bindparam("then"))
        .values(not_before=bindparam("then"))
    )


def told(connection: Connection, ticket_id: int, lane: Lane) -> list[tuple[str | None, str | None]]:
    """(group, person) of a ticket's rows of the lane, without those cancelled before leaving and those that still wait
    for the owner's press: their group has heard nothing. What a grid member may have pasted counts as told."""
    unpressed = and_(_o.state == "asked", _o.form == Form.CONFIRM.value)
    query = (
        select(_o.group_id, _o.person)
        .where(_o.ticket == ticket_id, _o.lane == lane.value, _o.state != "cancelled", not_(unpressed))
        .order_by(_o.id)
    )
    return list(dict.fromkeys((row.group_id, row.person) for row in connection.execute(query)))


def queued(connection: Connection, lane: Lane) -> list[Queued]:
    """What waits in a lane and is told by no other row, whatever its time."""
    return _briefly(connection, select(outbox).where(_CLAIMABLE, _o.lane_rank == _RANK[lane]))


def unpressed(connection: Connection) -> list[Queued]:
    """What was asked of an owner or grid member and is not pressed; what such a row tells beside itself is left out."""
    return _briefly(connection, select(outbox).where(_state("asked"), _o.parent.is_(None)))


def put_back(work: OnConnection, row: int) -> None:
    """Claimed and not called: it waits as if it had never been taken."""
    query = update(outbox).where(_o.id == row, _state("sending"))
    work.connection.execute(query.values(state="waiting", lease_until=None, attempts=_o.attempts - 1))


def put_off(work: OnConnection, row: int, not_before: datetime) -> None:
    """Claimed and not called: it waits, not to leave before then (quiet hours)."""
    put_back(work, row)
    query = update(outbox).where(_o.id == row, _state("waiting"))
    work.connection.execute(query.values(not_before=not_before))


def told_lately(work: OnConnection, group: str, kinds: Collection[Said], since: datetime) -> int:
    """How many normal sentences of these kinds left for a group since then."""
    normal: ColumnElement[int] = literal_column(str(_RANK[Lane.NORMAL]))
    query = select(func.count()).where(
        _state("sent"), _o.lane_rank == normal, _o.group_id == group, _o.sent_at > since, _o.kind.in_(sorted(kinds)),
    )
    return int(work.connection.execute(query).scalar_one())


def to_digest(work: OnConnection, row: int, not_before: datetime) -> None:
    """Claimed and not called: it is told by its group's next digest, or by itself then, should none come."""
    work.connection.execute(
        update(outbox)
        .where(_o.id == row, _state("sending"))
        .values(state="waiting", lease_until=None, attempts=_o.attempts - 1, lane=Lane.DIGEST.value,
                lane_rank=_RANK[Lane.DIGEST], not_before=not_before)
    )


def gather(connection: Connection, parent: int, rows: Collection[int]) -> int:
    """Let waiting rows be told by another (a digest); gives how many."""
    query = update(outbox).where(_o.id.in_(sorted(rows)), _state("waiting")).values(parent=parent)
    return int(connection.execute(query).rowcount)


# what the sender does ---------------------------------------------------------


def claim(
    work: OnConnection,
    now: datetime,
    limit: int = 20,
    *,
    lease_seconds: int = LEASE_SECONDS,
    lanes: Sequence[Lane] = LANES,
) -> list[OutboxRow]:
    """Take rows that may leave now, danger's first, each lane in order of time. Rows whose sender died become unclear.

    Ask `tickets.truth` about each in the same unit and give `cancelled` what is no longer true (promise P7).
    """
    connection = work.connection
    connection.execute(_EXPIRE, {"now": now})
    taken: list[RowMapping] = []
    for lane in lanes:
        if len(taken) >= limit:
            break
        values = {"lane_rank": _RANK[lane], "now": now, "limit": limit - len(taken)}
        taken.extend(connection.execute(_NEXT_OF_LANE, values).mappings())
    if not taken:
        return []
    lease = now + timedelta(seconds=lease_seconds)
    connection.execute(_CLAIM, {"ids": [row["id"] for row in taken], "lease": lease, "now": now})
    return [_to_row({**row, "state": "sending", "changed_at": now, "attempts": row["attempts"] + 1}) for row in taken]


def sent(work: OnConnection, row: int, now: datetime, form: Form | None = None, task_ref: str | None = None) -> None:
    """The call was answered well, or the owner pressed. `task_ref` is the id of a card with buttons."""
    values: dict[str, Any] = {"state": "sent", "sent_at": now, "error": None}
    if form is not None:
        values["form"] = form.value
    if task_ref is not None:
        values["task_ref"] = task_ref
    _close(work, row, now, values)


def asked(work: OnConnection, row: int, now: datetime, form: Form, task_ref: str) -> None:
    """An owner or grid member has the task and must press."""
    _close(work, row, now, {"state": "asked", "asked_at": now, "form": form.value, "task_ref": task_ref})


def unclear(work: OnConnection, row: int, now: datetime, error: str) -> None:
    """No answer: the call may have been made."""
    _close(work, row, now, {"state": "unclear", "error": error})


def failed(work: OnConnection, row: int, now: datetime, error: str) -> None:
    """It was refused for good. `error` is a class and code; a person will see it."""
    _close(work, row, now, {"state": "failed", "error": error})


def cancelled(work: OnConnection, row: int, now: datetime) -> None:
    """It was no longer true when its turn came."""
    _close(work, row, now, {"state": "cancelled"})


def again(work: OnConnection, row: int, now: datetime, not_before: datetime, error: str) -> None:
    """Try once more, not before then."""
    _close(work, row, now, {"state": "waiting", "not_before": not_before, "error": error})


def hold_behind(work: OnConnection, row: OutboxRow, not_before: datetime, kinds: Collection[Said]) -> int:
    """A destination takes no more until then: its other waiting rows of these kinds, of the row's lane and below, wait with
    it instead of being tried one by one. Gives how many."""
    same = _o.group_id == row.say.group if row.say.group is not None else _o.person == row.say.person
    query = update(outbox).where(same, _CLAIMABLE, _o.lane_rank >= _RANK[row.say.lane], _o.not_before < not_before)
    held = work.connection.execute(query.where(_o.kind.in_(sorted(kinds))).values(not_before=not_before))
    return int(held.rowcount)


def children(work: OnConnection, parent: int) -> list[OutboxRow]:
    """What a row tells beside itself."""
    return _rows(work.connection, select(outbox).where(_o.parent == parent))


def get(work: OnConnection, row: int) -> OutboxRow:
    """LookupError when there is none."""
    found = _rows(work.connection, select(outbox).where(_o.id == row))
    if not found:
        raise LookupError(f"no outbox row {row}")
    return found[0]


def asked_rows(work: OnConnection, task_ref: str | None = None, since: datetime | None = None) -> list[OutboxRow]:
    """What waits for a press; by its task, or asked since a moment. What a digest tells is pressed with it."""
    query = select(outbox).where(_state("asked"), _o.parent.is_(None))
    if task_ref is not None:
        query = query.where(_o.task_ref == task_ref)
    if since is not None:
        query = query.where(_o.asked_at >= since)
    return _rows(work.connection, query)


def by_task(work: OnConnection, task_ref: str) -> list[OutboxRow]:
    """The rows that a card or task stands for, in whatever state."""
    return _rows(work.connection, select(outbox).where(_o.task_ref == task_ref))


def cards_of(work: OnConnection, ticket_id: int) -> list[OutboxRow]:
    """A ticket's sent cards that still have buttons."""
    return _rows(
        work.connection, select(outbox).where(_o.ticket == ticket_id, _o.state == "sent", _o.task_ref.is_not(None))
    )


def settled(work: OnConnection, row: int) -> None:
    """No button is left on the card that a row sent."""
    query = update(outbox).where(_o.id == row, _o.form == Form.CARD.value, _state("sent"))
    work.connection.execute(query.values(task_ref=None))


def to_withdraw(work: OnConnection, limit: int = 50) -> list[OutboxRow]:
    """Cancelled while asked: the task is to be cancelled and its card to say 「不用发了」."""
    return _rows(work.connection, select(outbox).where(_o.withdraw).limit(limit))


def cancel_asked(work: OnConnection, row: int, now: datetime) -> None:
    """What was asked of a person is not needed any more: its task is to be withdrawn."""
    query = update(outbox).where(_o.id == row, _state("asked"))
    work.connection.execute(query.values(state="cancelled", changed_at=now, withdraw=True))


def withdrawn(work: OnConnection, row: int) -> None:
    """The task is cancelled and the card says so."""
    work.connection.execute(update(outbox).where(_o.id == row).values(withdraw=False))


def unclear_rows(work: OnConnection, limit: int = 50) -> list[OutboxRow]:
    """Unclear ones that no person has seen: repeated or shown by their lane (reliability R8)."""
    query = select(outbox).where(_state("unclear"), _o.seen_at.is_(None), _o.parent.is_(None)).limit(limit)
    return _rows(work.connection, query)


def of_ticket(work: OnConnection, ticket_id: int) -> list[OutboxRow]:
    """Everything that was queued about a ticket, in order."""
    return _rows(work.connection, select(outbox).where(_o.ticket == ticket_id))


def troubled(work: OnConnection, limit: int) -> list[OutboxRow]:
    """Failed or unclear, and seen by nobody."""
    query = select(outbox).where(_state("unclear", "failed"), _o.seen_at.is_(None)).limit(limit)
    return _rows(work.connection, query)


def waiting(work: OnConnection, limit: int) -> list[OutboxRow]:
    """What waits to leave, by lane and time."""
    query = select(outbox).where(_CLAIMABLE).order_by(_o.lane_rank, _o.not_before).limit(limit)
    return _rows(work.connection, query)


def seen(work: OnConnection, row: int, now: datetime) -> None:
    """A person has seen that it failed or is unclear."""
    work.connection.execute(update(outbox).where(_o.id == row, _o.seen_at.is_(None)).values(seen_at=now))


def waiting_counts(work: OnConnection) -> Mapping[Lane, int]:
    """How many wait in each lane."""
    query = select(_o.lane_rank, func.count()).where(_CLAIMABLE).group_by(_o.lane_rank)
    found: dict[int, int] = {row[0]: row[1] for row in work.connection.execute(query)}
    return {lane: found.get(rank, 0) for rank, lane in enumerate(LANES)}


def next_waiting(work: OnConnection) -> datetime | None:
    """When the next row may leave (for walking the clock)."""
    earliest = [
        work.connection.execute(
            select(func.min(_o.not_before)).where(_CLAIMABLE, _o.lane_rank == rank)
        ).scalar_one()
        for rank in range(len(LANES))
    ]
    return min((at for at in earliest if at is not None), default=None)


# inside -------------------------------------------------------------------------


def _close(work: OnConnection, row: int, now: datetime, values: Mapping[str, Any]) -> None:
    """Record an outcome of a row and of what it tells beside itself. What was cancelled meanwhile stays cancelled,
    unless it left all the same."""
    settled = ("cancelled",) if values["state"] in ("sent", "asked") else ("cancelled", "sent")
    own = _o.id == row if values["state"] == "sent" else and_(_o.id == row, _o.state != "cancelled")
    query = update(outbox).where(or_(own, and_(_o.parent == row, _o.state.not_in(settled))))
    work.connection.execute(query.values(changed_at=now, lease_until=None, **values))


def _briefly(connection: Connection, query: Select[Any]) -> list[Queued]:
    return [
        Queued(row=row.id, event=row.event, group=row.group_id, ticket=row.ticket, still=row.still, round=row.round)
        for row in connection.execute(query.order_by(_o.id))
    ]


def _rows(connection: Connection, query: Select[Any]) -> list[OutboxRow]:
    return [_to_row(row) for row in connection.execute(query.order_by(_o.id)).mappings()]


def _to_row(row: Mapping[Any, Any]) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        say=ToSay(
            kind=Said(row["kind"]), event=row["event"], lane=Lane(row["lane"]), ticket=row["ticket"],
            because=row["because"], group=row["group_id"], person=row["person"], args=row["args"], round=row["round"],
            step=row["step"], tier=Tier(row["tier"]) if row["tier"] else None, not_before=row["not_before"],
            parent=row["parent"], still=row["still"],
        ),
        state=row["state"],
        created_at=row["created_at"],
        not_before=row["not_before"],
        changed_at=row["changed_at"],
        attempts=row["attempts"],
        form=Form(row["form"]) if row["form"] else None,
        task_ref=row["task_ref"],
        asked_at=row["asked_at"],
        sent_at=row["sent_at"],
        withdraw=row["withdraw"],
        error=row["error"],
        seen_at=row["seen_at"],
    )
