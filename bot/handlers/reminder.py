"""What a resident says hours later of a matter that the talk has forgotten and the desk has not.

「还黑着呢」 or 「修了没」 says nothing without its matter. The matters of the group are weighed as `tickets.merging` weighs
them: who told them, what the line names, how long ago, what waits for an answer. The line is then read once more as if the
likeliest had just been told, and counts only if it then answers or asks after that matter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.messages import Line, Verdict, Words
from registry.terms import Act, Role, Status, TicketKind, Urgency
from tickets.merging import Evidence, Things, weigh
from tickets.model import Candidate
from tickets.told import Told

#: Acts that may come of a second reading; nothing is opened or told by it.
ANSWERS = frozenset({Act.RATING, Act.RECOVERY, Act.STATUS_QUERY})
#: Longer lines stand for themselves.
LONGEST = 40
#: Some word of going well, going badly or asking: without it nothing is looked up.
_CUE = re.compile(r"好|行|可以|满意|没|又|还|咋|怎么|啥时|什么时候|几时|多久|修|弄|办|管|解决|处理|消息|结果|说法|进展|[了咧]$|谢")
_OVER = frozenset({Status.DONE, Status.CLOSED})
_GONE = frozenset({Status.WITHDRAWN, Status.EXCLUDED, Status.MERGED})
#: What a line must share with a matter that its speaker did not tell, to be about it.
_NAMES_IT = 2.0
#: By how much a speaker's own matter must be likelier than his next one, where he names neither.
_PLAINLY = 1.0


@dataclass(frozen=True, slots=True)
class Meant:
    """The matter that a line may be about, and what speaks for it."""

    candidate: Candidate
    reasons: tuple[Evidence, ...]
    own: bool


def may_answer(line: Line) -> bool:
    """Whether a line that was read as chat may be about a matter told before."""
    text = line.words.text
    neighbour = line.role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD)
    return neighbour and line.group is not None and 0 < len(text) <= LONGEST and bool(_CUE.search(text))


def matter_meant(told: Told, before: Sequence[Line], candidates: Sequence[Candidate]) -> Meant | None:
    """The group's matter that a line is likeliest about: quoted, told by the speaker, or named by its thing.

    An open one that the talk still holds is none unless it is quoted, since the first reading knew of it; that one is done
    was said by nobody in the talk. Between two of the speaker's own that he doesn't name none is guessed.
    """
    asked = replace(told, act=Act.RATING, category=None, danger=None)
    things = Things(told.words, candidates)
    found: list[tuple[float, Candidate, tuple[Evidence, ...], bool]] = []
    for candidate in candidates:
        ticket = candidate.ticket
        here = told.group in ticket.groups and ticket.kind is TicketKind.MATTER and not ticket.is_private
        named = things.shared(candidate, linked=True) >= _NAMES_IT
        quoted = told.quote in candidate.messages
        if not here or ticket.status in _GONE or not (quoted or named or told.sender in candidate.voices):
            continue
        evidence = tuple(weigh(asked, candidate, things))
        found.append((sum(weight for _, weight in evidence), candidate, evidence, named or quoted))
    if not found:
        return None
    score, best, evidence, certain = max(found, key=lambda one: one[0])
    others = [one for one, other, *_ in found if other is not best]
    if not certain and others and score - max(others) < _PLAINLY:
        return None
    in_talk = best.ticket.id in {line.ticket for line in before}
    if in_talk and best.ticket.status is not Status.DONE and told.quote not in best.messages:
        return None
    spoke = tuple(sorted((one for one in evidence if one[1] > 0), key=lambda one: -one[1]))
    return Meant(best, spoke, told.sender in best.voices)


def recall(line: Line, meant: Meant) -> tuple[Line, ...]:
    """The matter as talk: told a while ago, by the speaker where he told it, and, where it is done, said to be over just
    now."""
    ticket, words = meant.candidate.ticket, meant.candidate.words
    root = f"ticket:{ticket.id}"
    told = Verdict(Act.REPORT, ticket.category, Urgency.NORMAL, place=ticket.place, confidence=1.0)
    teller = line.sender if meant.own else min(meant.candidate.voices, default="")
    lines = [Line(root, line.at - timedelta(minutes=30), teller, line.role, line.tier, line.group,
                  words=Words(words[0] if words else ticket.summary), verdict=told, ticket=ticket.id)]
    if ticket.status in _OVER:
        over = Verdict(Act.RECOVERY, ticket.category, Urgency.NORMAL, confidence=1.0, refers_to=root)
        lines.append(Line(f"{root}:over", line.at - timedelta(minutes=1), "bot", Role.GRID_MEMBER, line.tier, line.group,
                          verdict=over, ticket=ticket.id))
    return tuple(lines)
