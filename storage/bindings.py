"""Who is who outside: addresses of groups, identities of people, binding codes, stand-ins, strangers.

What is bound in the chat lies beside the imported registry and over it; each change raises the generation, by which a
process sees that its registry is old.
"""

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.dialect import InsertNew, upsert
from storage.tables import addresses, binding_codes, identities, meta, mutes, roster_overrides, strangers

_ADDRESS = upsert(addresses, ("group_id", "ear"), "external", "actor", "at")
_IDENTITY = upsert(identities, ("person", "channel"), "external", "actor", "at")
_OVERRIDE = upsert(roster_overrides, ("roster", "day", "absent"), "instead", "actor", "at")
_MUTED = select(mutes.c.until).where(mutes.c.group_id == bindparam("group"))
_MUTE = upsert(mutes, ("group_id",), "until")
_NEW_STRANGER = InsertNew(strangers)
_SEEN_AGAIN = (
    update(strangers)
    .where(strangers.c.channel == bindparam("c"), strangers.c.group_id == bindparam("g"))
    .where(strangers.c.sender == bindparam("s"))
    .values(last_at=bindparam("at"), times=strangers.c.times + 1)
)
_GENERATION = upsert(meta, ("name",), "value")


def bind_address(connection: Connection, group: str, ear: str, external: str, by: str | None, at: datetime) -> None:
    """A group's outside id; whoever had it before loses it."""
    connection.execute(delete(addresses).where(addresses.c.ear == ear, addresses.c.external == external))
    row = {"group_id": group, "ear": ear, "external": external, "actor": by, "at": at}
    connection.execute(_ADDRESS.on(connection), row)
    _no_stranger_more(connection, ear, external)
    changed(connection)


def bind_identity(
    connection: Connection, person: str, channel: str, external: str, by: str | None, at: datetime
) -> None:
    """A person's outside id; whoever had it before loses it."""
    connection.execute(delete(identities).where(identities.c.channel == channel, identities.c.external == external))
    row = {"person": person, "channel": channel, "external": external, "actor": by, "at": at}
    connection.execute(_IDENTITY.on(connection), row)
    changed(connection)


def add_code(connection: Connection, code: str, person: str, expires_at: datetime) -> None:
    """Give out a 6-digit code from the office page; one code a person."""
    connection.execute(delete(binding_codes).where(binding_codes.c.person == person))
    connection.execute(insert(binding_codes), {"code": code, "person": person, "expires_at": expires_at})


def take_code(connection: Connection, code: str, now: datetime) -> str | None:
    """The person whom the code names, once; None: unknown or expired."""
    row = connection.execute(
        delete(binding_codes)
        .where(binding_codes.c.code == code)
        .returning(binding_codes.c.person, binding_codes.c.expires_at)
    ).one_or_none()
    return str(row.person) if row is not None and row.expires_at > now else None


def add_override(
    connection: Connection, roster: str, day: date, absent: str, instead: str, by: str, at: datetime
) -> None:
    """请假代班 on one day; the last word holds."""
    row = {"roster": roster, "day": day, "absent": absent, "instead": instead, "actor": by, "at": at}
    connection.execute(_OVERRIDE.on(connection), row)
    changed(connection)


def note_stranger(connection: Connection, channel: str, group: str | None, sender: str | None, at: datetime) -> bool:
    """Count an unregistered chat or person; True when it is new."""
    row = {"channel": channel, "group_id": group or "", "sender": sender or "", "first_at": at, "last_at": at, "times": 1}
    if _NEW_STRANGER(connection, row):
        return True
    connection.execute(_SEEN_AGAIN, {"c": channel, "g": group or "", "s": sender or "", "at": at})
    return False


def _no_stranger_more(connection: Connection, channel: str, group: str) -> None:
    """The office need not ask any longer what this chat is."""
    connection.execute(delete(strangers).where(strangers.c.channel == channel, strangers.c.group_id == group))


def mute(connection: Connection, group: str, until: datetime | None) -> None:
    """静音 until then; None: 恢复."""
    if until is None:
        connection.execute(delete(mutes).where(mutes.c.group_id == group))
    else:
        connection.execute(_MUTE.on(connection), {"group_id": group, "until": until})


def muted_until(connection: Connection, group: str) -> datetime | None:
    found = connection.execute(_MUTED, {"group": group}).scalar_one_or_none()
    return found if isinstance(found, datetime) else None


def changed(connection: Connection) -> None:
    """The registry in use is not what it was."""
    connection.execute(
        _GENERATION.on(connection), {"name": "registry_generation", "value": str(generation(connection) + 1)}
    )


def generation(connection: Connection) -> int:
    """Rises with each change of registry, bindings and stand-ins."""
    found = connection.execute(select(meta.c.value).where(meta.c.name == "registry_generation")).scalar_one_or_none()
    return int(found or 0)
