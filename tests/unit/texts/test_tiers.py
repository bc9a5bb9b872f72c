"""Told in tiers: whatever the table of the life tells whom has a sentence there, in every form in which it can leave."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.texts import Context, Texts
from bot.texts.events import EVENTS
from bot.texts.sentences import shipped
from registry.terms import Form, Tier
from tests.unit.texts.samples import DANGER, NOW, REGISTRY, WITHOUT_TICKET, context, ticket
from tickets.transitions import TRANSITIONS, Hearer

TEXTS = Texts.load()
GROUPS = {Tier.BASIC: "g-basic", Tier.COORDINATION: "g-coord", Tier.COMMAND: "g-cmd"}
_TIERS = {Hearer.BASIC: (Tier.BASIC,), Hearer.COORDINATION: (Tier.COORDINATION,), Hearer.COMMAND: (Tier.COMMAND,),
          Hearer.LISTENERS: tuple(Tier)}
#: Said to groups beside the table: by the clocks, by the day, by who speaks of the bot itself.
BESIDE = {
    "step.group": (Tier.COORDINATION, Tier.COMMAND), "whistle.absent": (Tier.COORDINATION, Tier.COMMAND),
    "supervised.silent": (Tier.COORDINATION, Tier.COMMAND), "ask_rating_again": (Tier.BASIC,), "missing.order": (Tier.BASIC,),
    "digest": tuple(Tier), "brief": (Tier.COMMAND,), "away": tuple(Tier),
}
#: These leave at once, whatever a group has heard in the hour: no digest tells them.
_AT_ONCE = ("danger.", "step.", "supervised.", "missing.order", "whistle.", "digest", "brief", "away", "handed_to_duty", "emergency")
#: Words by which a sentence says what comes next or what to do now.
_NEXT = re.compile(r"请|会|再|等|接着|正在|现由|负责|不用|不再|转给|安排|盯着|谢谢|以后|照常|照走|打\d|随时|告诉|结束|跟")
_HOLDS = re.compile(r"县水务局|江一帆|网格员|值班员|专人|程日升|白杨|大家|您|牵头|网格办")


def told() -> Iterator[tuple[str, Tier]]:
    """Every (event, tier) that a group can hear."""
    found = {(event, tier) for row in TRANSITIONS for event, hearer in row.tells for tier in _TIERS.get(hearer, ())}
    found |= {(event, tier) for event, tiers in BESIDE.items() for tier in tiers}
    return iter(sorted(found))


TOLD = list(told())


def said_in(event: str, tier: Tier, form: Form) -> str:
    """The sentence as it is read at its end: in the group, or in what its owner or grid member is asked to pass on."""
    matter = None if event in WITHOUT_TICKET else ticket(**DANGER) if event.startswith("danger.") else None
    given = context(event, group=GROUPS[tier], matter=matter)
    text = TEXTS.render(event, given).text
    if form is Form.DIRECT:
        return text
    request = "confirm.send" if form is Form.CONFIRM else "paste.send"
    args = {"group": GROUPS[tier], "text": text}
    asked = Context(given.ticket, given.tickets, args, REGISTRY, NOW, None, REGISTRY.person("m-1"))
    rendered = TEXTS.render(request, asked)
    assert rendered.title, f"{request} has no headline"
    return rendered.text


def test_the_table_is_walked() -> None:
    assert len(TOLD) > 45
    assert {tier for _, tier in TOLD} == set(Tier)


@pytest.mark.parametrize("form", [Form.DIRECT, Form.CONFIRM, Form.PASTE])
def test_every_event_has_its_sentence_in_every_tier_and_form(form: Form) -> None:
    missing = [(event, tier.value) for event, tier in TOLD if event not in EVENTS or not said_in(event, tier, form).strip()]
    assert missing == [], f"no sentence ({form}): {missing}"
    for event, tier in TOLD:
        assert said_in(event, Tier(tier), Form.DIRECT) in said_in(event, tier, form), "passed on whole"


def test_every_sentence_to_a_group_says_what_comes_next_or_who_holds_it() -> None:
    silent = [(event, tier.value, text) for event, tier in TOLD
              if not (_NEXT.search(text := said_in(event, tier, Form.DIRECT)) or _HOLDS.search(text))]
    assert silent == []


def test_every_sentence_to_a_group_is_short() -> None:
    lengths = {(event, tier.value): len(said_in(event, tier, Form.DIRECT)) for event, tier in TOLD if event != "brief"}
    assert {key: length for key, length in lengths.items() if length > 190} == {}


def test_whatever_a_digest_may_tell_has_its_half_line() -> None:
    names = shipped()
    missing = sorted({event for event, _ in TOLD if not event.startswith(_AT_ONCE) and f"digest.{event}" not in names})
    assert missing == [], f"no half line for the digest: {missing}"


def test_every_card_of_the_table_has_a_headline_and_its_number() -> None:
    cards = sorted({event for row in TRANSITIONS for event, hearer in row.tells if hearer not in _TIERS and event.startswith("card.")})
    assert len(cards) > 20
    for event in cards:
        rendered = TEXTS.render(event, context(event))
        assert rendered.title, event
        assert "0302-17" in rendered.text, event
        assert _NEXT.search(rendered.text), (event, rendered.text)
