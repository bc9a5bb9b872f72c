"""`gridbot check`: configuration, registry, rules and tonight's ladder; all errors at once, in Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import WallClock
from bot.loading import Book, LoadingError, load_book
from config.settings import Settings, SettingsError, channels_off, load_settings
from escalation.emergency import MARK
from escalation.proof import calendar_holes, prove, prove_units
from registry import completeness
from registry.registry import Registry
from registry.terms import Level, Role, Speaks, Tier
from storage import registry_rows, ticket_rows
from storage.errors import StoreError
from storage.store import Store

#: How far ahead the ladders are proved: each hour of a week, and a day more.
_PROVED = timedelta(days=8)


@dataclass(slots=True)
class Report:
    """What was found. Errors stop a start; warnings name what people should mend; notes say what is switched off."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settings: Settings | None = None
    registry: Registry | None = None


def run(now: datetime | None = None) -> Report:
    """Check everything that can be checked without WeCom."""
    report = Report()
    now = now or WallClock().now()
    settings: Settings | None = None
    try:
        settings = load_settings()
    except SettingsError as error:
        report.errors += error.errors
    report.settings = settings
    if settings is None:
        return report
    report.notes += channels_off(settings)
    book: Book | None = None
    try:
        book = load_book(settings.county_dir)
    except LoadingError as error:
        report.errors += error.errors
    registry: Registry | None = None
    used: Mapping[str, int] = {}
    try:
        with Store.open(settings.database_url) as store:
            store.migrate()
            registry = store.look(registry_rows.load_registry)
            used = store.look(lambda work: ticket_rows.versions_in_use(work.connection))
    except StoreError as error:
        report.errors.append(str(error))
    else:
        if not registry.groups:
            registry = None
            report.errors.append("还没有登记：先运行 gridbot registry import FILE。")
    report.registry = registry
    if registry is not None:
        check_registry(report, registry)
    if book is not None:
        report.warnings += book.texts.warnings()
        check_calendar(report, book, now)
        if registry is not None:
            check_rules(report, book, registry, now)
        check_versions(report, book, used)
    return report


def check_registry(report: Report, registry: Registry) -> None:
    """Gaps that make a promise impossible are errors; the rest are warnings."""
    report.warnings += completeness.warnings(registry)
    if not any(person.role is Role.GRID_OFFICE for person in registry.people.values()):
        report.errors.append("没有网格办人员（grid_office）：没有单位能接的事和发送失败没人看。")
    for area in registry.areas.values():
        if area.level is not Level.GRID:
            continue
        if registry.fallback_unit(area.code) is None:
            report.errors.append(f"{area.name}：没有兜底单位（类别里写 other、登记了人的单位），没有对口单位的事转不出去。")
        confidants = registry.confidants(area.code)
        duty = [p for p in confidants if p.role is Role.DUTY_OFFICER]
        if not duty or len(confidants) < 2:
            report.errors.append(f"{area.name}：人身危险要有一名值班员和至少另一名知情专人（confidant）。")
    for group in registry.groups.values():
        if group.speaks is Speaks.CONFIRM and registry.speaks(group.id) is not Speaks.CONFIRM:
            report.errors.append(f"{group.name}：确认群发的群主要是开通客户联系的企业微信成员；改好之前按转发办理。")
        if group.tier is Tier.BASIC and registry.coordination_of(group.id) is None:
            report.errors.append(f"{group.name}：上面没有协调群，诉求转不出去。")


def check_rules(report: Report, book: Book, registry: Registry, now: datetime) -> None:
    """Every step of the ladders of the coming week, nights too, reaches somebody; and so does each unit's card. What
    nobody is registered for is an error; who is registered and not bound yet is a warning."""
    policy = book.policies[book.current]
    holes = (*prove(policy, registry, book.calendar, now, now + _PROVED), *prove_units(registry))
    report.errors += [hole.sentence for hole in holes if hole.is_grave]
    report.warnings += [hole.sentence for hole in holes if not hole.is_grave]


def check_calendar(report: Report, book: Book, now: datetime) -> None:
    """This year's holidays must be there, the coming year's before it begins."""
    for hole in calendar_holes(book.calendar, now):
        (report.errors if hole.is_grave else report.warnings).append(hole.sentence)


def check_versions(report: Report, book: Book, used: Mapping[str, int]) -> None:
    """A version that open tickets began with must stay in the folder."""
    for version, count in used.items():
        if version.removesuffix(MARK) not in book.policies:
            report.errors.append(f"policies/ 里没有版本 {version}，还有 {count} 张没办完的工单在用：请把那个文件放回去。")
