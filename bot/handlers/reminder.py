"""What a resident says hours later of a matter of his own: the talk has forgotten it, the desk has not.

「还黑着呢」 or 「修了没」 says nothing without its matter. Where the talk no longer holds it, the line is read once more
as if the speaker's own matter had just been told, and counts only if it then answers or asks after that matter.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.messages import Line, Verdict, Words
from registry.terms import Act, Role, Status, Urgency
from tickets.model import Candidate

#: Acts that may come of a second reading; nothing is opened or told by it.
ANSWERS = frozenset({Act.RATING, Act.RECOVERY, Act.STATUS_QUERY})
#: Longer lines stand for themselves.
LONGEST = 40
#: Some word of going well, going badly or asking: without it nothing is looked up.
_CUE = re.compile(r"好|行|可以|满意|没|又|还|咋|怎么|啥时|什么时候|几时|多久|修|弄|办|管|解决|处理|消息|结果|说法|进展|[了咧]$|谢")
_OVER = frozenset({Status.DONE, Status.CLOSED})


def may_answer(line: Line) -> bool:
    """Whether a line that was read as chat may be about a matter of the speaker's own."""
    text = line.words.text
    neighbour = line.role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD)
    return neighbour and line.group is not None and 0 < len(text) <= LONGEST and bool(_CUE.search(text))


def own_matter(line: Line, before: Sequence[Line], candidates: Sequence[Candidate]) -> Candidate | None:
    """The speaker's own matter in this group that waits for his answer, else his one open one. An open one that the talk
    still holds is none, since the first reading knew of it; that one is done was said by nobody in the talk."""
    known = {kept.ticket for kept in before}
    own = [c for c in candidates if line.sender in c.voices and line.group in c.ticket.groups and not c.ticket.is_private]
    done = [c for c in own if c.ticket.status is Status.DONE]
    if done:
        return done[0]
    running = [c for c in own if c.ticket.is_open and c.ticket.id not in known]
    return running[0] if len(running) == 1 else None


def recall(line: Line, own: Candidate) -> tuple[Line, ...]:
    """The matter as talk: told by the speaker a while ago and, where it is done, said to be over just now."""
    ticket = own.ticket
    root = f"ticket:{ticket.id}"
    told = Verdict(Act.REPORT, ticket.category, Urgency.NORMAL, place=ticket.place, confidence=1.0)
    said = Words(own.words[0] if own.words else ticket.summary)
    lines = [Line(root, line.at - timedelta(minutes=30), line.sender, line.role, line.tier, line.group, words=said,
                  verdict=told, ticket=ticket.id)]
    if ticket.status in _OVER:
        over = Verdict(Act.RECOVERY, ticket.category, Urgency.NORMAL, confidence=1.0, refers_to=root)
        lines.append(Line(f"{root}:over", line.at - timedelta(minutes=1), "bot", Role.GRID_MEMBER, line.tier, line.group,
                          verdict=over, ticket=ticket.id))
    return tuple(lines)
