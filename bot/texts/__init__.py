"""Every sentence the bot says, in Chinese. `Texts` renders an outbox row's event; see docs/design/texts.md."""

from bot.texts.context import Context, Rendered
from bot.texts.sentences import TextsError
from bot.texts.texts import Texts
from bot.texts.words import mark

__all__ = ["Context", "Rendered", "Texts", "TextsError", "mark"]
