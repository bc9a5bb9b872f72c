"""Every event has a sentence that can be said, fits the wire, and is Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.texts import Texts
from bot.texts.events import EVENTS
from bot.texts.sentences import blanks, shipped
from bot.texts.texts import REFRESH
from registry.terms import Role, Status, TicketKind
from tests.unit.texts.samples import (
    ARGS,
    DANGER,
    PERSON_DANGER,
    WITHOUT_TICKET,
    context,
    ticket,
)

ROOT = Path(__file__).resolve().parents[3]
TEXTS = Texts.load()

#: Which positional argument of a call, or keyword, names an event.
_TELLS = {"tell_group", "tell_basic", "tell_person", "tell_people", "answer", "_tell", "tell_ended"}


def events_in(source: str) -> Iterator[str]:
    """Names of events that a module says, refusals among them."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "RefusedError":
            yield from (f"refusal.{word}" for word in _strings(node.args[0]))
        elif name == "ToSay":
            yield from (word for key in node.keywords if key.arg == "event" for word in _strings(key.value))
        elif name in _TELLS:
            given = [*node.args, *(key.value for key in node.keywords if key.arg == "event")]
            yield from (word for argument in given for word in _strings(argument))


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def modules() -> list[Path]:
    folders = ("tickets", "bot", "storage", "escalation", "dashboard")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "texts" not in path.parts)


def test_everything_the_program_says_has_a_sentence() -> None:
    said = {event for path in modules() for event in events_in(path.read_text("utf-8"))}
    assert len(said) > 90, "the sweep finds what it looks for"
    assert said - set(EVENTS) - {REFRESH} == set()


def test_the_sweep_sees_an_event_without_a_sentence() -> None:
    source = 'tell_group(w, n, t, g, k, "no.such", because="x")\nraise RefusedError("a" if x else "b")\nToSay(event="c")'
    assert set(events_in(source)) == {"no.such", "refusal.a", "refusal.b", "c"}


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(LookupError, match=r"no\.such"):
        TEXTS.render("no.such", context("no.such"))


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_fits_the_wire(event: str) -> None:
    said = TEXTS.render(event, context(event))
    assert said.text
    assert "{" not in said.text + said.title
    assert len(said.text.encode()) <= 2048
    assert len(said.title) <= 26
    assert len(said.buttons) <= 6
    assert all(len(button.text) <= 10 for button in said.buttons)
    assert len(said.facts) <= 6
    assert all(len(name) <= 5 and 0 < len(value) <= 30 for name, value in said.facts)


@pytest.mark.parametrize("event", EVENTS)
def test_the_longest_facts_still_fit(event: str) -> None:
    long = ticket(place="很长的地名" * 40, summary="供水排水·" + "很长的一句话" * 20, doubt=True, **{"danger": None})
    said = TEXTS.render(event, context(event, matter=None if event in WITHOUT_TICKET else long, words="长长的话" * 400))
    assert len(said.text.encode()) <= 2048
    assert len(said.title) <= 26
    assert all(len(value) <= 30 for _, value in said.facts)


@pytest.mark.parametrize("event", [event for event in EVENTS if event not in WITHOUT_TICKET])
def test_every_sentence_about_a_ticket_says_its_number(event: str) -> None:
    assert "0302-17" in TEXTS.render(event, context(event)).text


@pytest.mark.parametrize("event", ["step.group", "step.card"])
def test_a_call_carries_number_and_step(event: str) -> None:
    assert "0302-17·2" in TEXTS.render(event, context(event)).text
    assert "0302-17·4" in TEXTS.render(event, context(event, matter=ticket(step=3), step=4)).text


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("group", ["g-basic", "g-coord", None])
@pytest.mark.parametrize("matter", [None, ticket(), ticket(**DANGER), ticket(**PERSON_DANGER), ticket(doubt=True)])
def test_nothing_is_needed_to_say_something(event: str, group: str | None, matter: object) -> None:
    """A row may lack a fact; then the sentence is vaguer, and it is still a sentence."""
    given = context(event, group=group, person=None if group else "d-1", matter=matter)  # type: ignore[arg-type]
    bare = given.__class__(given.ticket, {}, {}, given.registry, given.now, given.group, given.person)
    assert "{" not in TEXTS.render(event, bare).text


def words_for_people() -> list[tuple[str, str]]:
    return [(name, re.sub(r"\{[a-z_]+\}", "", text)) for name, text in shipped().items()]


@pytest.mark.parametrize(("name", "text"), words_for_people())
def test_sentences_are_chinese(name: str, text: str) -> None:
    assert not re.search(r"[A-Za-z]", text)
    assert not re.search(r"[,;:!?](?!\d)", text), "Chinese has its own marks"
    assert "紧急服务" not in text


RESIDENTS = ("receipt", "handed_to_duty", "status.", "ask_rating", "rated.", "withdrawn", "consult.", "missing.found",
             "danger.ended", "danger.false_alarm", "answer.status", "refusal.")


@pytest.mark.parametrize("event", [event for event in EVENTS if event.startswith(RESIDENTS)])
def test_what_residents_read_is_short(event: str) -> None:
    said = TEXTS.render(event, context(event))
    assert len(said.text) <= (140 if event == "refusal.category_unknown" else 120)


@pytest.mark.parametrize("status", Status)
def test_every_state_can_be_told(status: Status) -> None:
    about = ticket(status=status)
    assert "0302-17" in TEXTS.render("answer.status", context("answer.status", matter=about)).text
    assert 0 < len(TEXTS.state_line(about, context("receipt").registry)) <= 26


@pytest.mark.parametrize("role", Role)
def test_help_is_given_by_role(role: Role) -> None:
    assert "@小格" in TEXTS.render("help", context("help", role=role.value)).text


def test_every_sentence_can_be_said() -> None:
    """No sentence of the file is dead: each is an event, one of its variants, or named in the code."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "texts").glob("*.py"))
    families = ("button.", "state.", "number.", "numbers.", "advice.", "digest.", "grade.", "whistle.", "why_lead.")
    stray = [
        name for name in shipped()
        if name not in EVENTS and not name.startswith(families) and f'"{name}"' not in code
        and not (name.rpartition(".")[0] in EVENTS and
                 (name.endswith((".title", ".title_private")) or name.rpartition(".")[2] in _endings(code)))
    ]
    assert stray == []


def _endings(code: str) -> set[str]:
    return set(re.findall(r'"([a-z_]+)"', code)) | {status.value for status in Status}


def test_samples_name_events_that_exist() -> None:
    assert set(ARGS) | WITHOUT_TICKET <= set(EVENTS)


def test_a_consultation_and_a_search_are_not_rated() -> None:
    for about in (ticket(kind=TicketKind.CONSULTATION), ticket(missing=True), ticket(**PERSON_DANGER)):
        assert "评价" not in TEXTS.render("answer.done", context("answer.done", matter=about, person="d-1")).text


def test_all_blanks_are_lower_case_names() -> None:
    for name, text in shipped().items():
        assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text)), name
        assert all(blanks(text)), name
