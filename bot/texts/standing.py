"""What is read before anybody talks: the welcome text, the sheet at the doorway, the first sentence of an app group."""

from bot.texts.texts import Texts


def welcome(texts: Texts, *, read: bool) -> str:
    """What a newcomer reads first. `read`: 小格 reads the groups, so it says so and how to refuse."""
    return texts.sentences.fill("welcome.group" if read else "welcome.unread", {})


def doorway(texts: Texts, area: str, *, read: bool) -> tuple[str, tuple[str, ...]]:
    """Title and lines of the sheet with a grid's join code; `area` is the grid's name."""
    heard = ("doorway.what", "doorway.read", "doorway.refuse", "doorway.danger")
    unheard = ("doorway.unread_what", "doorway.unread", "doorway.danger")
    lines = tuple(texts.sentences.fill(name, {}) for name in (heard if read else unheard))
    return texts.sentences.fill("doorway.title", {"area": area}), lines


def app_group_hello(texts: Texts) -> str:
    """The first sentence in a group that the app made."""
    return texts.sentences.fill("appchat.hello", {})
