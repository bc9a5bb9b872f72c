"""What the registry knows of the group in which a line was said: a small frozen value, so that readings are pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """Known names of places, the prefix for what names only a building, and what the bot is called.

    `names` are names by which people call spots of the group's areas, `prefix` is put before a place that names only
    a building (the estate's name, may be empty), `bot_names` are the names that follow an @.
    """

    names: tuple[str, ...] = ()
    prefix: str = ""
    bot_names: tuple[str, ...] = ("小格",)


#: A group of which nothing is known.
NOWHERE = Where()
