"""What the second reader sees of a line: its characters, what the rules found, what stands around it in the talk.

Features are strings that live for the time of one reading; they hold heard characters and are written nowhere.
"""

from collections.abc import Iterator
from datetime import timedelta

from bot.classifier.heard import Heard
from bot.classifier.threads import Thread
from bot.messages import Line, MessageKind, Verdict
from registry.terms import OFFICIALS, Act

#: Longest run of characters that is one feature.
_LONGEST = 2
_MOST_CHARACTERS = 60
#: Shapes of sentences (words.yaml, forms) that tell how a line stands to the matter told last.
_SHAPES = ("asks", "own_voice", "also", "seen", "to_one", "spared", "laughs")
#: How many of the last matters and of each one's last lines are compared with a line; how far back the talk is looked at.
_MATTERS, _COMPARED, _BACK = 4, 6, 6
#: Matters from before the talk that are compared.
_STOOD = 12
_CHINESE = "\u4e00"


def features_of(heard: Heard, verdict: Verdict) -> list[str]:
    """Everything the model sees of a line that the rules read as `verdict`."""
    return [*_characters(heard.plain), *_found(heard, verdict), *_around(heard, verdict)]


def _characters(text: str) -> Iterator[str]:
    """Runs of one and two characters, each once; the ends of the line are marked."""
    bounded = f"^{text[:_MOST_CHARACTERS]}$"
    seen: set[str] = set()
    for length in range(1, _LONGEST + 1):
        for start in range(len(bounded) - length + 1):
            run = bounded[start : start + length]
            if run not in seen:
                seen.add(run)
                yield run


def _found(heard: Heard, verdict: Verdict) -> Iterator[str]:
    """What the rules made of it."""
    evidence, act = heard.evidence, verdict.act.value
    yield f"=act {act}"
    yield f"=sure {act} {round(verdict.confidence * 5)}"
    yield f"=score {min(int(evidence.score), 6)}"
    if evidence.topic is not None:
        yield "=topic"
        yield f"=topic {evidence.topic.value}"
    for flag, present in (
        ("urgent", evidence.urgent), ("planned", evidence.planned), ("settled", evidence.settled),
        ("spoiled", evidence.spoiled), ("place", heard.place is not None), ("danger", heard.danger is not None),
        ("refers", verdict.refers_to is not None), ("tagged", heard.line.mentions_bot), ("quote", heard.line.quote is not None),
        ("subject", bool(evidence.subjects)),
    ):
        if present:
            yield f"={flag}"
            yield f"={flag} {act}"
    for reason in verdict.reasons:
        yield f"=rule {reason.rule.partition('·')[0]}"
    for kind in heard.rest.by_kind:
        yield f"=kind {kind}"
    yield f"=length {min(len(heard.text) // 4, 10)}"
    yield f"=role {heard.line.role.value}"
    yield f"=role {heard.line.role.value} {act}"


def _around(heard: Heard, verdict: Verdict) -> Iterator[str]:
    """What stands around it in the talk."""
    yield from _just_before(heard)
    yield from _standing(heard, verdict)
    threads = heard.threads
    yield f"=threads {min(len(threads), 4)}"
    if not threads:
        return
    line, act = heard.line, verdict.act.value
    last = threads[-1]
    away = min(heard.lines_since(last), 8)
    teller = line.sender in last.tellers
    yield f"=last {_how_long(last.quiet(line.at))} {min(away, 6)}"
    yield f"=last quiet {_how_long(last.quiet(line.at))}"
    yield f"=last away {away}"
    yield f"=last teller {teller} {min(away, 4)}"
    yield f"=last away {away} {act}"
    yield f"=last over {last.over}"
    yield f"=last over {last.over} {act}"
    yield f"=last kind {last.category.value}"
    yield f"=last size {min(len(last.ids), 8)} {away == 1}"
    yield f"=last danger {last.danger is not None}"
    own = heard.own()
    yield "=own none" if own is None else f"=own {_how_long(own.quiet(line.at))} {own is last}"
    same = heard.same_subject(timedelta(hours=2))
    yield "=same none" if same is None else f"=same {_how_long(same.quiet(line.at))} {same is last} {same.over}"
    for shape in _SHAPES:
        if heard.shaped(shape):
            yield f"=near {shape} {min(away, 4)} {teller}"
    near = "near" if away <= 2 else "far"
    yield f"=length {min(len(heard.text) // 4, 6)} {near} {teller}"
    yield from _alike(heard, last)


def _standing(heard: Heard, verdict: Verdict) -> Iterator[str]:
    """The matters from before the talk: the speaker's own, those of the same subject, those whose words come again."""
    threads = heard.standing.threads
    yield f"=standing {min(len(threads), 4)}"
    if not threads:
        return
    now, act = heard.line.at, verdict.act.value
    own = heard.standing.told_by(heard.line.sender)
    state = "none" if own is None else _state(own)
    yield f"=stood own {state}"
    yield f"=stood own {state} {act}"
    yield f"=stood own {state} {min(len(heard.text) // 4, 4)}"
    if own is not None:
        yield f"=stood own {state} {_days(own.quiet(now))}"
    topics = heard.evidence.topics or heard.evidence.subjects
    same = next((thread for thread in reversed(threads) if thread.category in topics), None)
    if same is not None:
        yield f"=stood same {_state(same)} {same is own}"
        yield f"=stood same {_days(same.quiet(now))}"
        yield f"=stood same {act}"
    most, best = 0, None
    pairs = _pairs(heard.text)
    for thread in threads[-_STOOD:]:
        words = heard.standing.words(thread)
        shared = sum(pair in words for pair in pairs)
        if shared > most:
            most, best = shared, thread
    yield f"=stood shared {min(most, 4)}"
    if best is not None:
        yield f"=stood shared {min(most, 3)} {best is own} {best is same}"
        yield f"=stood shared {min(most, 3)} {act}"


def _state(thread: Thread) -> str:
    return "over" if thread.over else "done" if thread.done_at is not None else "open"


def _days(apart: timedelta) -> int:
    hours = apart.total_seconds() / 3600
    return next((step for step, limit in enumerate((4, 12, 30, 54)) if hours <= limit), 4)


def _pairs(text: str) -> set[str]:
    """Pairs of Chinese characters that stand side by side."""
    return {text[at : at + 2] for at in range(len(text) - 1) if text[at] > _CHINESE and text[at + 1] > _CHINESE}


def _just_before(heard: Heard) -> Iterator[str]:
    """The last lines of the talk: what they did, who said them, whether they ask."""
    line, talk = heard.line, heard.talk
    quiet = chat = 0
    for back, said in enumerate(reversed(talk[-_BACK:]), 1):
        act = said.verdict.act if said.verdict else Act.CHAT
        same = said.sender == line.sender
        if back <= 3:
            yield f"=back{back} {act.value} {same} {'' if said.kind is MessageKind.TEXT else said.kind.value}"
        if back == 1:
            yield f"=back {_how_long(line.at - said.at)} {same}"
            yield f"=back {_how_long(line.at - said.at)} {act.value}"
            yield f"=back official {said.role in OFFICIALS}"
            if said.words.text.rstrip().endswith(("?", "？", "吗", "呢", "没")):
                yield f"=back asks {act.value} {same} {said.role in OFFICIALS}"
        chat += act is Act.CHAT
        quiet += same
        if same and act is not Act.CHAT:
            yield f"=mine {act.value} {back}"
    yield f"=chat before {chat}"
    yield f"=speaks {quiet}"
    if line.mentions and not line.mentions_bot:
        yield "=to somebody"
        yield f"=to teller {any(line.mentions[0] in thread.tellers for thread in heard.threads)}"
    answered = _answered(heard)
    if answered is not None:
        act = answered.verdict.act if answered.verdict else Act.CHAT
        yield f"=answers {act.value} {answered.role in OFFICIALS}"


def _answered(heard: Heard) -> Line | None:
    """The line before, of another, to whom this line speaks by name or by its quote."""
    for said in reversed(heard.talk[-_BACK:]):
        if said.sender in heard.line.mentions or said.id == heard.line.quote:
            return said
    return None


def _alike(heard: Heard, last: Thread) -> Iterator[str]:
    """How many pairs of characters the line shares with what was told last of the live matters."""
    pairs = _pairs(heard.text)
    if not pairs:
        return
    told: dict[str, list[str]] = {}
    live = heard.threads[-_MATTERS:]
    for said in reversed(heard.talk):
        for thread in live:
            if said.id in thread.ids and said.kind is MessageKind.TEXT:
                words = told.setdefault(thread.root, [])
                if len(words) < _COMPARED:
                    words.append(said.words.text)
    most, best = 0, None
    for thread in live:
        words_told = "\n".join(told.get(thread.root, ()))
        shared = sum(pair in words_told for pair in pairs)
        if shared > most:
            most, best = shared, thread
    yield f"=shared {min(most, 5)}"
    if best is not None:
        yield f"=shared {min(most, 3)} {best is last} {min(heard.lines_since(best), 6)}"


def _how_long(apart: timedelta) -> int:
    minutes = apart.total_seconds() / 60
    return next((step for step, limit in enumerate((0.5, 1, 2, 4, 8, 15, 30, 60)) if minutes <= limit), 8)
