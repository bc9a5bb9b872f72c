"""`gridbot check`: configuration, registry, rules and tonight's ladder; all errors at once, in Chinese."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import WallClock
from bot.loading import Book, LoadingError, load_book
from config.settings import Settings, SettingsError, channels_off, load_settings
from escalation.ladder import reach
from registry import completeness
from registry.registry import Registry
from registry.terms import DangerKind, Level, Role, Speaks, Tier, Urgency
from storage import registry_rows
from storage.errors import StoreError
from storage.store import Store

#: The moment of tonight at which the ladder is proved.
_TONIGHT_HOUR = 23


@dataclass(slots=True)
class Report:
    """What was found. Errors stop a start; warnings name what people should mend; notes say what is switched off."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(now: datetime | None = None) -> Report:
    """Check everything that can be checked without WeCom."""
    report = Report()
    now = now or WallClock().now()
    settings: Settings | None = None
    try:
        settings = load_settings()
    except SettingsError as error:
        report.errors += error.errors
    if settings is None:
        return report
    report.notes += channels_off(settings)
    book: Book | None = None
    try:
        book = load_book(settings.county_dir)
    except LoadingError as error:
        report.errors += error.errors
    registry: Registry | None = None
    try:
        with Store.open(settings.database_url) as store:
            store.migrate()
            registry = store.look(registry_rows.load_registry)
    except StoreError as error:
        report.errors.append(str(error))
    else:
        if not registry.groups:
            registry = None
            report.errors.append("还没有登记：先运行 gridbot registry import FILE。")
    if registry is not None:
        check_registry(report, registry)
    if book is not None:
        report.warnings += book.texts.warnings()
        check_calendar(report, book, now)
        if registry is not None:
            check_ladder(report, book, registry, now)
    return report


def check_registry(report: Report, registry: Registry) -> None:
    """Gaps that make a promise impossible are errors; the rest are warnings."""
    report.warnings += completeness.warnings(registry)
    if not any(person.role is Role.GRID_OFFICE for person in registry.people.values()):
        report.errors.append("没有网格办人员（grid_office）：没有单位能接的事和发送失败没人看。")
    for area in registry.areas.values():
        if area.level is not Level.GRID:
            continue
        confidants = registry.confidants(area.code)
        duty = [p for p in confidants if p.role is Role.DUTY_OFFICER]
        if not duty or len(confidants) < 2:
            report.errors.append(f"{area.name}：人身危险要有一名值班员和至少另一名知情专人（confidant）。")
    for group in registry.groups.values():
        if group.speaks is Speaks.CONFIRM and registry.speaks(group.id) is not Speaks.CONFIRM:
            report.errors.append(f"{group.name}：确认群发的群主要是开通客户联系的企业微信成员；改好之前按转发办理。")
        if group.tier is Tier.BASIC and registry.coordination_of(group.id) is None:
            report.errors.append(f"{group.name}：上面没有协调群，诉求转不出去。")


def check_calendar(report: Report, book: Book, now: datetime) -> None:
    """The coming year's holidays must be there before it begins."""
    if not book.calendar.covers_year(now.year):
        report.errors.append(f"calendar.yaml 里没有 {now.year} 年的节假日。")
    if now.month >= 11 and not book.calendar.covers_year(now.year + 1):
        report.warnings.append(f"calendar.yaml 里还没有 {now.year + 1} 年的节假日：国务院公布后请补上。")


def check_ladder(report: Report, book: Book, registry: Registry, now: datetime) -> None:
    """Every step of tonight's ladder reaches a living person and an existing group."""
    tonight = now.replace(hour=_TONIGHT_HOUR, minute=0, second=0, microsecond=0)
    policy = book.policies[book.current]
    problems: dict[str, None] = {}
    for area in registry.areas.values():
        if area.level is not Level.GRID:
            continue
        for urgency in Urgency:
            kinds = (DangerKind.PLACE, DangerKind.PERSON) if urgency is Urgency.DANGER else (None,)
            for danger in kinds:
                for sentence in reach(policy, registry, book.calendar, area.code, urgency, danger, tonight):
                    problems[sentence] = None
    report.errors += problems
