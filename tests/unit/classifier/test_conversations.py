"""Short conversations from several regions, line by line with their talk."""

from pathlib import Path

from bot.classifier import Where
from bot.messages import MessageKind
from registry.terms import Act
from tests.unit.classifier.builders import Talk

FILE = Path(__file__).with_name("conversations.txt")


def _read() -> list[tuple[str, str, Act, Act]]:
    """Speaker, words, expected act, act read, of every line."""
    talk, read = Talk(Where()), []
    for row in FILE.read_text(encoding="utf-8").splitlines():
        if row == "--":
            talk = Talk(Where())
        if row == "--" or not row or row.startswith("#"):
            continue
        sender, rest = row.split(": ", 1)
        text, expected = rest.rsplit(" => ", 1)
        kind = MessageKind.IMAGE if text == "[图片]" else MessageKind.TEXT
        read.append((sender, text, Act(expected), talk.say(sender, text, kind=kind).act))
    return read


def test_most_lines_of_conversations_are_read_rightly() -> None:
    misses = [row for row in _read() if row[2] is not row[3]]
    assert len(misses) <= 0.22 * len(_read()), misses


def test_nearly_every_matter_is_opened_and_nearly_no_chat_is() -> None:
    told = [read for _, _, expected, read in _read() if expected is Act.REPORT]
    chat = [read for _, _, expected, read in _read() if expected is Act.CHAT]
    assert sum(act is Act.REPORT for act in told) >= 0.9 * len(told)
    assert Act.REPORT not in chat
