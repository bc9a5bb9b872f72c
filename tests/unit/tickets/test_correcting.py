"""不是诉求, 改类别, 改地点, 合并, 撤回: what was read wrongly is put right, and nothing is hidden by it."""

from __future__ import annotations

import pytest

from registry.terms import Act, Category, ClockKind, Lane, Said, Status, Urgency, What
from tests.builders.desk import MORNING, doubtful, echo, lost, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import hearers, hours, said, send_all, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, correcting, opening, rating
from tickets.errors import RefusedError
from tickets.model import Ticket, TicketMessage

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def merged(work: MemoryWork, source: Ticket, into: Ticket) -> Ticket:
    return correcting.do_merge(work, RULES, MORNING, source, into, who("member"), because="x")


# 不是诉求 ----------------------------------------------------------------------------------------------------------


def test_what_is_no_matter_is_excluded_and_the_unit_is_told() -> None:
    work = MemoryWork()
    ticket = correcting.do_exclude(work, RULES, MORNING, opened(work), who("member"), because="x")
    assert (ticket.status, work.clocks(ticket.id)) == (Status.EXCLUDED, {})
    assert hearers(work, "coord.excluded") == {"g-coord"}
    assert said(work, "card.assigned") == said(work, "receipt") == []


def test_danger_and_accepted_work_are_not_just_excluded() -> None:
    work = MemoryWork()
    fire = opening.do_open(work, RULES, MORNING, place_danger())
    taken = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    for ticket, reason in ((fire, "exclude_danger"), (taken, "exclude_accepted")):
        with pytest.raises(RefusedError, match=reason):
            correcting.do_exclude(work, RULES, MORNING, ticket, who("member"), because="x")


# 改类别, 改地点 ----------------------------------------------------------------------------------------------------


def test_a_matter_of_another_kind_goes_to_its_unit() -> None:
    work = MemoryWork()
    ticket = correcting.do_change_category(work, RULES, MORNING, opened(work), who("member"), Category.POWER, because="x")
    assert (ticket.category, ticket.unit) == (Category.POWER, "un-power")
    assert hearers(work, "card.assigned") == {"power"}
    assert ticket.summary.startswith("供电")


def test_accepted_work_stays_with_who_accepted_it() -> None:
    work = MemoryWork()
    taken = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    ticket = correcting.do_change_category(work, RULES, MORNING, taken, who("member"), Category.POWER, because="y")
    assert (ticket.unit, ticket.owner) == ("un-water", "water")


def test_a_place_is_put_right() -> None:
    work = MemoryWork()
    ticket = correcting.do_change_place(work, MORNING, opened(work), who("member"), "西门口")
    assert ticket.place == "西门口"
    assert "西门口" in ticket.summary
    with pytest.raises(RefusedError, match="place_missing"):
        correcting.do_change_place(work, MORNING, ticket, who("member"), " ")


# 合并 --------------------------------------------------------------------------------------------------------------


def test_merged_all_voices_are_reachable_from_the_head() -> None:
    """I5."""
    work = MemoryWork()
    first, second, third = opened(work), opened(work, sender="r-2"), opened(work, group="g-2", sender="r-3")
    merged(work, second, first)
    head = merged(work, work.get_ticket(first.id), third)
    assert work.voices(head.id) == ["r-1", "r-2", "r-3"]
    assert (head.voices, head.groups) == (3, ("g-2", "g-1"))
    chain = [work.get_ticket(t.id).merged_into for t in (second, first, third)]
    assert chain == [first.id, third.id, None]
    assert work.clocks(first.id) == work.clocks(second.id) == {}
    assert [m for t in (first, second) for m in work.messages(t.id)] == []


def test_a_merger_lifts_the_rank_by_its_voices_and_by_the_graver_of_the_two() -> None:
    work = MemoryWork()
    many, few = opened(work), opened(work, sender="r-9")
    for number in range(10, 18):
        many = opening.do_voice(work, RULES, MORNING, many, echo(sender=f"r-{number}"))
    assert merged(work, many, few).urgency is Urgency.URGENT
    urgent, normal = opened(work, urgency=Urgency.URGENT), opened(work)
    assert merged(work, urgent, normal).urgency is Urgency.URGENT


@pytest.mark.parametrize("told_danger", [place_danger, doubtful])
def test_no_danger_and_no_doubt_is_hidden_in_a_plain_matter(told_danger: object) -> None:
    work = MemoryWork()
    grave = opening.do_open(work, RULES, MORNING, told_danger())  # type: ignore[operator]
    plain = opened(work)
    with pytest.raises(RefusedError, match="merge_danger"):
        merged(work, grave, plain)
    assert merged(work, plain, grave).id == grave.id


@pytest.mark.parametrize("kept_apart", [person_danger, lost])
def test_what_groups_must_not_hear_of_is_merged_with_nothing_they_hear_of(kept_apart: object) -> None:
    work = MemoryWork()
    private, plain = opening.do_open(work, RULES, MORNING, kept_apart()), opened(work)  # type: ignore[operator]
    for source, into in ((private, plain), (plain, private)):
        with pytest.raises(RefusedError, match="private"):
            merged(work, source, into)


def test_what_is_over_is_merged_with_nothing() -> None:
    work = MemoryWork()
    ticket, gone = opened(work), correcting.do_exclude(work, RULES, MORNING, opened(work), who("member"), because="x")
    for source, into, reason in ((ticket, ticket, "same_ticket"), (gone, ticket, "finished"), (ticket, gone, "finished")):
        with pytest.raises(RefusedError, match=reason):
            merged(work, source, into)


# 撤回消息 ----------------------------------------------------------------------------------------------------------


def test_a_recalled_word_leaves_ticket_summary_and_history() -> None:
    work = MemoryWork()
    ticket = opened(work, message="mine", words="我家在3栋501没水")
    opening.do_voice(work, RULES, MORNING, ticket, told("3栋停水", message="other", sender="r-2"))
    ticket = correcting.do_recall(work, RULES, MORNING, "mine", because="x") or ticket
    assert "501" not in ticket.summary
    assert "3栋停水" in ticket.summary
    assert [work.line_words(ticket.id, line.line) for line in work.history(ticket.id)].count("我家在3栋501没水") == 0
    assert (ticket.status, ticket.voices) == (Status.ASSIGNED, 1)
    assert What.RECALLED in whats(work, ticket)


def test_a_recall_finds_the_words_in_a_ticket_that_was_merged_away() -> None:
    work = MemoryWork()
    source, into = opened(work, message="mine", words="我家在3栋501没水"), opened(work, sender="r-2")
    merged(work, source, into)
    correcting.do_recall(work, RULES, MORNING, "mine", because="x")
    assert "我家在3栋501没水" not in work.tables.line_words.values()


def test_a_matter_without_any_words_left_is_withdrawn() -> None:
    work = MemoryWork()
    ticket = opened(work, message="mine")
    ticket = correcting.do_recall(work, RULES, MORNING, "mine", because="x") or ticket
    assert (ticket.status, ticket.place, ticket.summary) == (Status.WITHDRAWN, None, "供水排水")
    assert hearers(work, "withdrawn") == {"g-1"}
    assert hearers(work, "coord.withdrawn") == {"g-coord"}
    assert said(work, "card.assigned") == []


def test_accepted_work_goes_on_without_the_words() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, RULES, MORNING, opened(work, message="mine"), who("water"), because="x")
    correcting.do_recall(work, RULES, MORNING, "mine", because="y")
    assert work.get_ticket(ticket.id).status is Status.ACCEPTED


@pytest.mark.parametrize("told_danger", [place_danger, doubtful])
def test_a_recalled_danger_is_asked_about(told_danger: object) -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told_danger(message="mine"))  # type: ignore[operator]
    ticket = correcting.do_recall(work, RULES, MORNING, "mine", because="x") or ticket
    assert ticket.is_open
    assert "duty-day" in hearers(work, "card.recalled")


def test_a_message_of_no_ticket_recalls_nothing() -> None:
    assert correcting.do_recall(MemoryWork(), RULES, MORNING, "none", because="x") is None


def test_a_command_that_was_recalled_takes_its_reason_along() -> None:
    work = MemoryWork()
    ticket = assigning.do_return(work, RULES, MORNING, opened(work), who("water"), "户主张某家自己的管", because="order")
    work.add_message(_command(ticket, "order"))
    correcting.do_recall(work, RULES, MORNING, "order", because="x")
    assert "户主张某家自己的管" not in work.tables.line_words.values()


def _command(ticket: Ticket, message: str) -> TicketMessage:
    return TicketMessage(message, ticket.id, "water", "g-coord", MORNING, Act.COMMAND, "退回")


def test_nothing_said_here_wakes_anybody() -> None:
    work = MemoryWork()
    ticket = rating.do_done(work, RULES, MORNING + hours(1), opened(work), who("water"), because="x")
    send_all(work, MORNING + hours(1))
    assert all(say.lane is not Lane.DANGER for say in work.said)
    assert ClockKind.RATING in work.clocks(ticket.id)
    assert all(say.kind is not Said.DANGER for say in work.said)
