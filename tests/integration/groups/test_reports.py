"""居民上报 of the emulated WeCom: each order is a ticket once, its steps are told once, and nobody's number comes along."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from bot.channels.client import WeComClient
from bot.channels.resident_reports import ResidentReports
from bot.groups.report_poller import ReportPoller
from dashboard.history_words import sentence
from registry.terms import DangerKind, Status, What
from storage import outbox, resident_order_rows
from storage.work import SqlWork
from tests.builders.emulated import Emulated, emulated
from tests.builders.grouped import Grouped, grouped
from tickets.model import Ticket

GRID = "99900100100101"


def poller_of(wecom: Emulated, county: Grouped) -> tuple[ReportPoller, WeComClient]:
    said = wecom.said
    client = WeComClient(said["base_url"], said["corp_id"], said["app_secret"], county.now)
    return ReportPoller(county.store, county.decider, county.rules, ResidentReports(client), county.now), client


def ticket_of(county: Grouped, order: object) -> Ticket:
    taken = county.store.look(lambda work: resident_order_rows.get(work, str(order)))
    assert taken is not None
    return county.store.look(lambda work: work.get_ticket(taken.ticket))


def told(county: Grouped, ticket: Ticket) -> list[str]:
    lines = county.store.look(lambda work: work.history(ticket.id))
    return [sentence(county.rules().registry, line) for line in lines if line.facts.get("door")]


def everything_kept(work: SqlWork) -> str:
    """All rows of all tables that hold words or facts."""
    tables = ("words", "tickets", "history", "ticket_messages", "outbox", "resident_orders")
    return str([work.connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables])


async def test_an_order_becomes_a_ticket_once_and_its_steps_become_lines_once(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom:
            poller, client = poller_of(wecom, county)
            async with client:
                made = await wecom.act("/test/report", desc="桃园小区3号楼水管漏水，流了一地", grid_name="桃园一网格", unionid="oU1",
                                       reporter="田小满", mobile="13800000000")
                assert await poller.poll() == 1
                ticket = ticket_of(county, made["order_id"])
                assert (ticket.area, ticket.category.value, ticket.group) == (GRID, "water", None)
                messages = county.store.look(lambda work: work.messages(ticket.id))
                assert [(one.id, one.sender) for one in messages] == [(f"report:{made['order_id']}", "report:oU1")]
                assert told(county, ticket) == ["居民上报：居民用小程序报来"]
                await wecom.act("/test/report_step", order_id=made["order_id"], process_type=2, userid="gm-01", desc="田小满家")
                await wecom.act("/test/report_step", order_id=made["order_id"], process_type=5, userid="gm-01")
                for _ in range(3):
                    await poller.poll()
                assert told(county, ticket) == [
                    "居民上报：居民用小程序报来", "居民上报：那边已受理（林惊蛰（网格员））",
                    "居民上报：那边已办结，请负责人核实（林惊蛰（网格员））",
                ]
                assert ticket_of(county, made["order_id"]).status is not Status.DONE, "what is done there is asked here"
                assert {row.say.person for row in county.said("card.recovered")} >= {"gm-01"}
                kept = county.store.look(everything_kept)
                assert "水管漏水" in kept, "the look sees what is kept"
                assert "田小满" not in kept
                assert "13800000000" not in kept


async def test_two_who_report_the_same_are_two_voices_of_one_ticket(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom:
            poller, client = poller_of(wecom, county)
            async with client:
                first = await wecom.act("/test/report", desc="桃园小区3号楼路灯不亮", grid_id=GRID, unionid="oU1")
                second = await wecom.act("/test/report", desc="桃园小区3号楼的路灯不亮了", grid_id=GRID, unionid="oU2")
                await poller.poll()
                ticket = ticket_of(county, first["order_id"])
                assert ticket_of(county, second["order_id"]).id == ticket.id
                assert county.store.look(lambda work: work.voices(ticket.id)) == ["report:oU1", "report:oU2"]


async def test_a_person_in_danger_stays_private_and_a_grid_that_is_unknown_falls_to_the_office(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom:
            poller, client = poller_of(wecom, county)
            async with client:
                made = await wecom.act("/test/report", desc="隔壁有人说不想活了，要跳楼", grid_name="没有这个网格")
                await poller.poll()
                ticket = ticket_of(county, made["order_id"])
                assert ticket.danger is DangerKind.PERSON
                assert ticket.area == "999001"
                rows = county.store.look(lambda work: outbox.of_ticket(work, ticket.id))
                assert rows
                assert all(row.say.group is None for row in rows)


async def test_a_reading_that_breaks_off_passes_nothing_over(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom:
            poller, client = poller_of(wecom, county)
            async with client:
                for number in range(60):
                    await wecom.act("/test/report", desc=f"桃园小区{number + 1}号楼门口井盖坏了", grid_id=GRID)
                await wecom.act("/test/faults", kind="errcode", endpoint="get_order_info", errcode=48002, times=1)
                assert await poller.poll() == 0
                assert "开通" in poller.fault
                assert await poller.poll() == 60, "both pages"
                assert poller.fault == ""
                opened = county.store.look(lambda work: [
                    line for one in work.open_tickets(limit=200) for line in work.history(one.id) if line.facts.get("step") == "received"
                ])
                assert len({line.facts["order"] for line in opened}) == 60
                assert {line.what for line in opened} == {What.SUPPLEMENT}
