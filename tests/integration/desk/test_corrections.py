"""What people put right is kept as examples: words of the ticket alone, nothing of who told or who corrected."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from bot.learning_commands.corrections import anonymous, export, people_in
from bot.learning_commands.labelled import LabelledError, parse_labelled
from registry.terms import Category
from storage import correction_rows
from storage.correction_rows import Corrected
from tests.builders.talk import Talk
from tickets.learned import Correction


def found(talk: Talk) -> list[Corrected]:
    return talk.store.look(lambda work: correction_rows.examples(work, talk.now - timedelta(days=30)))


def counted(talk: Talk) -> dict[Correction, int]:
    return dict(talk.store.look(lambda work: correction_rows.counts(work, talk.now - timedelta(days=30))))


def test_not_a_matter_a_category_and_a_merging_become_examples() -> None:
    with Talk() as talk:
        lamp = talk.opens("r-001", "3栋门口的路灯不亮了，黑灯瞎火的，电话13800000000")
        talk.passes("3h")
        wrong = talk.opens("r-002", "小区南门的窨井盖松了，一踩一翻")
        office = next(p.id for p in talk.registry.people.values() if p.role == "grid_office")
        talk.says(office, f"@小格 {wrong.aloud} 不是诉求", to="bot")
        talk.says(office, f"@小格 {lamp.aloud} 改类别 供电", to="bot")
        kinds = counted(talk)
        assert (kinds[Correction.NO_MATTER], kinds[Correction.CATEGORY]) == (1, 1)
        examples = {one.kind: one for one in found(talk)}
        assert examples[Correction.NO_MATTER].category is None
        assert "窨井盖" in examples[Correction.NO_MATTER].words
        assert examples[Correction.CATEGORY].category is Category.POWER
        content = export(found(talk), people_in(talk.registry)).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        assert {row["label"] for row in rows} == {"不是诉求", "供电"}
        assert "13800000000" not in content
        for person in talk.registry.people.values():
            assert person.id not in content


def test_a_merged_ticket_is_told_with_the_one_it_belongs_to() -> None:
    with Talk() as talk:
        first = talk.opens("r-001", "3栋门口的路灯不亮了")
        talk.passes("3h")
        second = talk.opens("r-002", "小区南门的窨井盖松了，一踩一翻")
        office = next(p.id for p in talk.registry.people.values() if p.role == "grid_office")
        talk.says(office, f"@小格 {second.aloud} 合并到 {first.aloud}", to="bot")
        (one,) = found(talk)
        assert one.kind is Correction.MERGED
        assert "窨井盖" in one.words
        assert "路灯" in one.other
        assert one.category is talk.ticket(first.id).category
        assert "窨井盖" not in repr(one)


def test_the_export_is_what_train_reads() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rows = [Corrected(Correction.CATEGORY, at, f"第{n}盏灯不亮", Category.FACILITY) for n in range(5)]
    rows += [Corrected(Correction.NO_MATTER, at, f"=今天第{n}次吃面", None) for n in range(5)]
    labelled = parse_labelled(export(rows, ()), "corrections.csv")
    assert labelled.counts == {"公共设施": 5, "不是诉求": 5}
    assert labelled.texts[-1].startswith("'="), "no spreadsheet formula"


def test_registered_names_numbers_and_rooms_are_not_told() -> None:
    assert anonymous("王建国家5号楼402漏水，打13800000000", {"王建国"}) == "某某家5号楼漏水，打138****0000"
    with pytest.raises(LabelledError, match="没有内容"):
        parse_labelled(export([], ()), "corrections.csv")
