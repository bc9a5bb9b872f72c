"""The command `gridbot`."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from bot import check as checking
from bot import classify_command, export_commands, foretold, heartbeat, policy_commands, rotation_commands
from bot import init as initial
from bot import replay as replaying
from bot.channels.console import MISSING, Finding
from bot.classifier.category_model import ModelError
from bot.clock import CHINA, WallClock
from bot.demo_clock import present
from bot.learning_commands import category_head, corrections
from bot.learning_commands.figures import data as figure_data
from bot.learning_commands.figures import lines as figure_lines
from bot.learning_commands.fitting import TrainingMissing
from bot.learning_commands.labelled import Labelled, LabelledError
from bot.learning_commands.stages import Stages
from bot.loading import WORKBOOKS, AskedWrongly, House, LoadingError, load_book, read_registry
from config.settings import Settings, SettingsError, load_settings
from escalation.foresight import Foresight
from registry.difference import difference, first_import
from registry.registry import Registry
from registry.rotation import Month
from registry.source import to_data
from registry.workbook_file import WorkbookRefused
from registry.workbook_writer import write_form, write_template, write_workbook
from registry.yaml_file import write_yaml
from storage import backup as backups
from storage import chain, correction_rows, member_rows, registry_import, registry_rows
from storage.engine import parse_url
from storage.errors import StoreError
from storage.store import Store
from storage.work import SqlWork
from tickets import old_ledger
from tickets.carrying_over import CarriedOver, OldMatter, do_carry_over
from tickets.learned import CORRECTION_NAMES
from tickets.work import Rules

# Typer's own tracebacks show local values, and those may be what somebody said in a group.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="小格：网格群机器人")
registry_app = typer.Typer(no_args_is_help=True, help="登记：区划、群、人员、单位、值班")
db_app = typer.Typer(no_args_is_help=True, help="数据库")
app.add_typer(registry_app, name="registry")
audit_app = typer.Typer(no_args_is_help=True, help="核对")
ledger_app = typer.Typer(no_args_is_help=True, help="旧台账：没有办完的事接过来")
app.add_typer(db_app, name="db")
app.add_typer(ledger_app, name="ledger")
app.add_typer(audit_app, name="audit")
policy_app = typer.Typer(no_args_is_help=True, help="规则：谁什么时候听到什么；给一张工单换规则")
app.add_typer(policy_app, name="policy")
rotation_app = typer.Typer(no_args_is_help=True, help="轮流进群：县领导每月进哪几个基础群")
app.add_typer(rotation_app, name="rotation")
groups_app = typer.Typer(no_args_is_help=True, help="客户群：读名单、入群欢迎语")
joinways_app = typer.Typer(no_args_is_help=True, help="入群码：扫码加入网格的群")
appchat_app = typer.Typer(no_args_is_help=True, help="应用建的群：跟登记一致")
app.add_typer(groups_app, name="groups")
app.add_typer(joinways_app, name="joinways")
app.add_typer(appchat_app, name="appchat")
kf_app = typer.Typer(no_args_is_help=True, help="微信客服：居民私聊的链接")
app.add_typer(kf_app, name="kf")
export_app = typer.Typer(no_args_is_help=True, help="导出：台账、简报；号码遮掉，人身险情不写内容")
app.add_typer(export_app, name="export")
corrections_app = typer.Typer(no_args_is_help=True, help="改正：人改过的判断，拿来训练")
app.add_typer(corrections_app, name="corrections")

out = Console(soft_wrap=True, highlight=False, markup=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
T = TypeVar("T")


def fail(errors: tuple[str, ...] | list[str], status: int = 1) -> NoReturn:
    """Print every error, one a line, and leave with the status."""
    for sentence in errors:
        err.print(f"✗ {sentence}")
    raise typer.Exit(status)


def guarded(f: Callable[[], T]) -> T:
    """Run something whose errors are sentences for people."""
    try:
        return f()
    except AskedWrongly as error:
        fail(error.errors, 2)
    except (LoadingError, SettingsError) as error:
        fail(error.errors)
    except LabelledError as error:
        fail(error.errors)
    except (StoreError, replaying.ReplayError, WorkbookRefused, ModelError, TrainingMissing) as error:
        fail([str(error)])


def at_terminal() -> bool:
    """Whether a person sits in front and can answer; a script is not asked."""
    return sys.stdin.isatty()


def open_store(settings: Settings) -> Store:
    """The settings' database, with its tables."""
    store = Store.open(settings.database_url)
    store.migrate()
    return store


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(help="设置和数据放在这个文件夹；不写是 GRIDBOT_SETTINGS 指的地方或当前文件夹")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不问，全用默认的，企业微信各项空着")] = False,
) -> None:
    """一问一答写出设置文件，并抄一份县里的文件；已有的文件不改动。"""

    def ask(question: str, hidden: bool) -> str:
        try:
            # Somebody who sends the answers by a pipe has no screen on which they could be seen.
            return str(typer.prompt(question, default="", show_default=False, prompt_suffix="：", hide_input=hidden and at_terminal())).strip()
        except typer.Abort:
            out.print()
            raise AskedWrongly(("没有答完，什么也没有写。",)) from None

    def work() -> list[str]:
        at = initial.target(folder)
        answers = initial.unasked(at) if yes else initial.ask_all(at, ask, out.print)
        return initial.write(at, answers)

    for line in guarded(work):
        out.print(line)


@registry_app.command("import")
def import_registry(
    file: Annotated[Path, typer.Argument(help="YAML 文件或 Excel 工作簿（.xlsx）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看有什么变化，不写入")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再问，直接写入")] = False,
) -> None:
    """导入登记：要么全部导入，要么一行也不导入。在终端里先列出变化，问过再写入。"""
    settings = guarded(load_settings)
    new = guarded(lambda: read_registry(file))

    def work() -> str:
        with open_store(settings) as store:
            seen = store.look(registry_import.in_use)
            changes = difference(seen.registry, new) if seen.registry is not None else (first_import(new),)
            for line in changes:
                out.print(line)
            if not changes:
                return "和现在的登记一样，没有变化。"
            if dry_run:
                return "试运行，没有写入。"
            if not yes and at_terminal() and not typer.confirm("以上变化要写入吗？"):
                return "没有写入。"
            now = present(settings.demo_clock_url)
            if store.run(lambda w: registry_import.save_over(w, seen.version, to_data(new), "cli", now)) is None:
                fail(["看变化的时候，登记被别人改过，这次没有写入。请重新导入。"])
            return "已导入。"

    out.print(guarded(work))


@registry_app.command("export")
def registry_export(
    file: Annotated[Path | None, typer.Argument(help="写到这个文件，.xlsx 是 Excel 工作簿；不写则打印 YAML")] = None,
) -> None:
    """导出登记：再次导入没有变化，YAML 再次导出得到同样的字节。"""
    settings = guarded(load_settings)
    as_workbook = file is not None and file.suffix.lower() in WORKBOOKS

    def work() -> bytes:
        with open_store(settings) as store:
            registry = store.look(registry_rows.load_imported)
            if registry is None:
                fail(["还没有登记，先运行 gridbot registry import FILE。"])
            return write_workbook(registry) if as_workbook else write_yaml(registry).encode("utf-8")

    content = guarded(work)
    if file is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        keep(file, content)


@registry_app.command("template")
def registry_template(file: Annotated[Path, typer.Argument(help="写到这个 .xlsx 文件")]) -> None:
    """写一份空的登记表（Excel 工作簿），带说明、示例和下拉选项。"""
    new_workbook(file, write_template())
    out.print(f"已写好 {file}。填好以后先试：gridbot registry import {file.name} --dry-run")


def new_workbook(file: Path, content: bytes) -> None:
    """Write a template; never over a file that somebody may have filled in."""
    if file.suffix.lower() not in WORKBOOKS:
        fail([f"文件名要以 .xlsx 结尾：{file.name}"])
    if file.exists():
        fail([f"{file} 已经有了，请换一个文件名，免得盖掉填好的表。"])
    keep(file, content)


def keep(file: Path, content: bytes) -> None:
    """Write a whole file."""
    try:
        file.write_bytes(content)
    except OSError:
        fail([f"写不了这个文件：{file}，请看看文件夹在不在、有没有被别的程序打开。"])


@registry_app.command("undo")
def registry_undo() -> None:
    """撤销上一次导入。"""
    settings = guarded(load_settings)

    def work() -> bool:
        with open_store(settings) as store:
            return store.run(registry_rows.undo) is not None

    if not guarded(work):
        fail(["没有可以撤销的导入。"])
    out.print("已恢复到上一次导入之前。")


@ledger_app.command("template")
def ledger_template(file: Annotated[Path, typer.Argument(help="写到这个 .xlsx 文件")]) -> None:
    """写一份空的旧台账表（Excel 工作簿），带说明和示例。"""
    new_workbook(file, write_form("旧台账：怎么填", old_ledger.INTRODUCTION, (old_ledger.FORM,)))
    out.print(f"已写好 {file}。填好以后先试：gridbot ledger import {file.name} --dry-run")


@ledger_app.command("import")
def import_ledger(
    file: Annotated[Path, typer.Argument(help="旧台账，.xlsx 或 .csv")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会接过来什么，不写入")] = False,
    mapping: Annotated[
        list[str] | None, typer.Option("--mapping", help="表里的列名=我们的列名，可写几次；等号后空着就是不要这一列")
    ] = None,
) -> None:
    """把旧台账里没有办完的事接过来：不通知任何人，下一个工作日上班起照常催办。"""
    settings = guarded(load_settings)
    names = _pairs(mapping or [])
    book = guarded(lambda: load_book(settings.county_dir))
    try:
        content = file.read_bytes()
    except OSError:
        fail([f"读不到文件：{file}"])

    def work() -> list[str]:
        now = present(settings.demo_clock_url)
        with open_store(settings) as store:
            registry = store.look(registry_rows.load_registry)
            if not registry.areas:
                fail(["还没有登记，先运行 gridbot registry import FILE。"])
            ledger, wrong = old_ledger.read_old_ledger(content, registry, book.calendar, now, names)
            if ledger is None:
                fail([str(cell) for cell in wrong])
            rules = Rules(book.policies, book.current, book.calendar, registry)
            done = carry_over(store, rules, now, ledger.matters, keep=not dry_run)
            return told_of_ledger(done, ledger.settled, registry, dry_run=dry_run)

    for line in guarded(work):
        out.print(line)


def _pairs(mapping: list[str]) -> dict[str, str]:
    wrong = [pair for pair in mapping if "=" not in pair]
    if wrong:
        fail([f"--mapping 要写成 表里的列名=我们的列名，这样不行：{'、'.join(wrong)}"])
    parts = (pair.partition("=") for pair in mapping)
    return {theirs.strip(): ours.strip() for theirs, _, ours in parts}


class _Trial(Exception):
    """Raised at the end of a unit of work that is not to be kept."""

    def __init__(self, done: CarriedOver) -> None:
        super().__init__()
        self.done = done


def carry_over(store: Store, rules: Rules, now: datetime, matters: tuple[OldMatter, ...], *, keep: bool) -> CarriedOver:
    """The use case in one unit of work; with `keep` false everything is done and taken back."""

    def unit(work: SqlWork) -> CarriedOver:
        done = do_carry_over(work, rules, now, matters)
        if not keep:
            raise _Trial(done)
        return done

    try:
        return store.run(unit)
    except _Trial as trial:
        return trial.done


def told_of_ledger(done: CarriedOver, settled: int, registry: Registry, *, dry_run: bool) -> list[str]:
    """One line of what was carried over, and for the grid office those whose limit has passed."""
    late = sorted(((one.passed, one) for one in done.carried if one.passed is not None), key=lambda pair: pair[0])
    quiet = f"{done.quiet_until:%Y-%m-%d %H:%M}"
    lines = [f"{'试运行，没有写入：会接过来' if dry_run else '已接过来'} {len(done.carried)} 件，没有通知任何人，{quiet} 起照常催办。"
             f"已办结不导入的 {settled} 件，以前导入过、这次跳过的 {len(done.skipped)} 件。"]
    if done.skipped:
        lines.append(f"跳过的旧编号：{'、'.join(done.skipped)}")
    if late:
        lines.append(f"时限已经过了的 {len(late)} 件，请网格办先看：")
    for passed, one in late:
        unit = registry.unit(one.ticket.unit) if one.ticket.unit else None
        aloud = "" if dry_run else f"{one.ticket.aloud} "
        lines.append(f"  {aloud}旧编号 {one.number} 时限 {passed:%Y-%m-%d %H:%M} {unit.name if unit else '还没有单位'} {one.ticket.summary}")
    return lines


@db_app.command("upgrade")
def db_upgrade() -> None:
    """把数据库升级到本程序的版本。"""
    settings = guarded(load_settings)

    def work() -> None:
        with open_store(settings):
            return

    guarded(work)
    out.print("数据库已是最新。")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="写到这个新文件")]) -> None:
    """在运行中备份 SQLite 数据库。"""
    settings = guarded(load_settings)

    def work() -> int:
        with Store.open(settings.database_url) as store:
            return backups.backup(store, file)

    out.print(f"已备份到 {file}（{guarded(work)} 字节）。")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="备份文件")]) -> None:
    """用备份换下数据库；先停下服务。"""
    settings = guarded(load_settings)
    kept = guarded(lambda: backups.restore(file, parse_url(settings.database_url)))
    out.print("已恢复。" + (f"原来的文件留在 {kept}。" if kept else ""))


@audit_app.command("verify")
def audit_verify() -> None:
    """重新核对每张工单的记录链和每夜的锚点。"""
    settings = guarded(load_settings)

    def work() -> list[str]:
        with open_store(settings) as store:
            return store.look(lambda w: [fault.sentence for fault in chain.verify(w.connection)])

    faults = guarded(work)
    if faults:
        fail(faults)
    out.print("记录链完整。")


@rotation_app.command("plan")
def rotation_plan(
    start: Annotated[str, typer.Option("--from", help="从哪个月开始，例：2026-01")],
    months: Annotated[int, typer.Option("--months", help="排几个月")] = 12,
    leaders: Annotated[int | None, typer.Option("--leaders", help="应有多少名县领导，登记的不够就说出来")] = None,
    min_groups: Annotated[int, typer.Option("--min-groups", help="每人每月至少进几个群")] = 4,
    file: Annotated[Path | None, typer.Option("--out", help="写到这个 .xlsx 或 .csv 文件；不写则打印")] = None,
    registry: Annotated[Path | None, typer.Option("--registry", help="登记文件；不写用已导入的")] = None,
) -> None:
    """排出轮流进群；排不到的说出是哪个月、哪个人、哪个群，还差多少。"""
    settings = guarded(load_settings)

    def work() -> tuple[Registry, dict[Month, frozenset[tuple[str, str]]], dict[str, datetime]]:
        if registry is not None:
            return read_registry(registry), {}, {}
        with open_store(settings) as store:
            known = store.look(registry_rows.load_registry)
            made = rotation_commands.plan(known, start, months, leaders, min_groups)
            ends = [datetime.combine(month.first_day, time(), tzinfo=CHINA) for month in (*made.months, made.months[-1].later(1))]
            spans = zip(made.months, pairwise(ends), strict=True)
            seen = {month: store.look(partial(member_rows.seen_between, start=a, end=b)) for month, (a, b) in spans}
            return known, seen, dict(store.look(member_rows.lists_read))

    known, seen, read = guarded(work)
    made = guarded(lambda: rotation_commands.plan(known, start, months, leaders, min_groups))
    found = rotation_commands.rows(known, made, seen, read)
    if file is None:
        for line in rotation_commands.said(found):
            out.print(line)
    else:
        count = guarded(lambda: rotation_commands.write(file, found, made, present(settings.demo_clock_url)))
        out.print(f"已写到 {file}（{count} 行）。")
    if made.problems:
        fail(made.problems)
    out.print("每人每月都够数，全部基础群都能走到。")


@policy_app.command("show")
def policy_show(
    at: Annotated[str, typer.Option("--at", help="什么时候说起的（ISO 8601，例：2026-03-02T22:00）")],
    category: Annotated[str, typer.Option("--category", help="类别，例：water 或 供水排水")],
    urgency: Annotated[str, typer.Option("--urgency", help="normal、urgent 或 danger")],
    area: Annotated[str, typer.Option("--area", help="网格的代码或名称")],
    danger: Annotated[str | None, typer.Option("--danger", help="place 或 person，险情才写")] = None,
    emergency: Annotated[bool, typer.Option("--emergency", help="按战时规则")] = False,
    registry: Annotated[Path | None, typer.Option("--registry", help="登记文件；不写用已导入的")] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="用这份规则代替现行规则")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="写成 JSON")] = False,
) -> None:
    """没有人接单、办结时，谁在什么时候、从哪里听到；到不了的说出原因。"""
    settings = guarded(load_settings)
    question = policy_commands.Question(_moment(at), category, urgency, area, danger, emergency)

    def work() -> tuple[Foresight, Registry]:
        book = load_book(settings.county_dir, policy)
        if registry is not None:
            known = read_registry(registry)
        else:
            with open_store(settings) as store:
                known = store.look(registry_rows.load_registry)
        return policy_commands.show(question, book, known), known

    seen, known = guarded(work)
    if as_json:
        print(json.dumps(foretold.data(seen), ensure_ascii=False, indent=2))
        return
    for line in foretold.lines(seen, known):
        out.print(line)


@policy_app.command("repin")
def policy_repin(
    number: Annotated[str, typer.Argument(help="工单编号，例：2026-0302-17")],
    reason: Annotated[str, typer.Option("--reason", help="为什么换，记在工单里")],
) -> None:
    """把一张工单换到现行规则：进入下一轮，时限重新算，记在工单里。"""
    settings = guarded(load_settings)

    def work() -> str:
        book = load_book(settings.county_dir)
        now = present(settings.demo_clock_url)
        with open_store(settings) as store:
            rules = House(book, store.look(registry_rows.load_registry)).rules()
            return store.run(lambda w: policy_commands.repin(w, rules, book.texts, number, reason, now))

    out.print(guarded(work))


@groups_app.command("sync")
def groups_sync() -> None:
    """现在就把客户群都读一遍：有哪些、谁是群主、哪些还没登记。"""
    _tell(lambda commands, desk: commands.sync_groups(desk))


@groups_app.command("welcome")
def groups_welcome() -> None:
    """在企业微信里建好或更新入群欢迎语。"""
    _tell(lambda commands, desk: commands.set_welcome_text(desk))


@joinways_app.command("make")
def joinways_make(
    area: Annotated[str | None, typer.Option("--area", help="只做这个区划里的网格，写区划代码")] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="把图片和门口张贴的页面写到这个文件夹")] = None,
) -> None:
    """给每个网格做一个入群码；做过的不重做，换了群的码不变。"""
    _tell(lambda commands, desk: commands.make_join_ways(desk, area, out_dir))


@appchat_app.command("sync")
def appchat_sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会改什么，不改")] = False,
) -> None:
    """把应用建的群（登记里写了 appchat 的）改成和登记一样：没有就建，名称、群主、人员按差别改。"""
    _tell(lambda commands, desk: commands.sync_app_groups(desk, dry_run=dry_run))


@kf_app.command("link")
def kf_link() -> None:
    """问企业微信要微信客服账号的链接，并写出 texts.yaml 里该加的一行。"""
    # It calls WeCom and brings aiohttp with it; the other commands start without.
    from bot import kf_command  # noqa: PLC0415

    settings = guarded(load_settings)
    for line in guarded(lambda: kf_command.link(settings, lambda: present(settings.demo_clock_url))):
        out.print(line)


def _tell(command: Callable[[Any, Any], Any]) -> None:
    """Run a command about groups, given the module and its desk; say its lines, and leave with status 1 where something
    failed."""
    # These call WeCom and bring aiohttp with them; the other commands start without.
    from bot.groups import commands  # noqa: PLC0415

    settings = guarded(load_settings)

    def work() -> commands.Told:
        book = load_book(settings.county_dir)
        with open_store(settings) as store:
            house = House(book, store.look(registry_rows.load_registry))
            return command(commands, commands.Desk(settings, store, house, lambda: present(settings.demo_clock_url)))

    told = guarded(work)
    for line in told.lines:
        out.print(line)
    if told.failed:
        raise typer.Exit(1)


@export_app.command("ledger")
def export_ledger(
    file: Annotated[Path, typer.Argument(help="写到这个新文件，.xlsx 或 .csv")],
    first: Annotated[str | None, typer.Option("--from", help="从哪天受理的，例：2026-03-02；不写是最后一天的前六天")] = None,
    last: Annotated[str | None, typer.Option("--to", help="到哪天为止（含）；不写是今天")] = None,
    area: Annotated[str | None, typer.Option("--area", help="只要这个区划里的，写代码或名称；不写是全县")] = None,
) -> None:
    """写出台账：这些天受理的每一件，和网格办页面上的一样。"""
    _export(export_commands.ledger, export_commands.Asked(file, first, last, area))


@export_app.command("brief")
def export_brief(
    file: Annotated[Path | None, typer.Argument(help="写到这个新文件，.xlsx；不写则打印")] = None,
    first: Annotated[str | None, typer.Option("--from", help="从哪天起，例：2026-03-02；不写是最后一天的前六天")] = None,
    last: Annotated[str | None, typer.Option("--to", help="到哪天为止（含）；不写是今天")] = None,
    area: Annotated[str | None, typer.Option("--area", help="只要这个区划里的，写代码或名称；不写是全县")] = None,
) -> None:
    """写出开会用的简报：新增、办结、险情、重办、没办完、超时各多少，是哪几张单，各类别、各单位多少。"""
    _export(export_commands.brief, export_commands.Asked(file, first, last, area))


def _export(
    make: Callable[[Store, export_commands.Asked, datetime], export_commands.Made], asked: export_commands.Asked
) -> None:
    settings = guarded(load_settings)

    def work() -> export_commands.Made:
        with open_store(settings) as store:
            return make(store, asked, present(settings.demo_clock_url))

    made = guarded(work)
    if asked.file is not None:
        keep(asked.file, made.content)
    for line in made.said:
        out.print(line)


@app.command()
def classify() -> None:
    """逐行读标准输入（JSON 或纯文字），逐行写出判断。"""
    raise typer.Exit(classify_command.run())


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="CSV 文件：text 和 label 两列，可以有 title")],
    out_file: Annotated[Path, typer.Option("-o", "--out", help="模型写到这个文件（.npz）")],
) -> None:
    """用本县标好类别的记录训练类别模型；顺带五折评测。"""
    settings = guarded(load_settings)
    with Stages(err) as stages:
        done = guarded(lambda: category_head.train(file, out_file, settings.county_dir, stages.told))
    out.print(f"读了 {len(done.labelled.texts)} 条，{len(done.labelled.counts)} 类。{_left_out(done.labelled)}")
    for line in figure_lines(done.figures, "五折（每条由没见过它的模型判）"):
        out.print(line)
    out.print(f"已写到 {out_file}（{done.size // 1024} KB，{done.features} 个特征）。")
    if done.unknown:
        out.print(f"这些类别在 categories.yaml 里还没有对应：{'、'.join(done.unknown)}。能评测，不能启用；写到对应类别的 labels 里就可以。")
    else:
        out.print(f"启用：把模型放进县里的文件夹，model.yaml 里写 file: {out_file.name}。")


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="CSV 文件：text 和 label 两列，可以有 title")],
    model: Annotated[Path | None, typer.Option("--model", help="评测这个模型；不写就在文件上做五折")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="写成 JSON")] = False,
) -> None:
    """按文件里的标注评测类别：准确率、召回率、F1、宏平均。"""
    settings = guarded(load_settings)
    with Stages(err) as stages:
        done = guarded(lambda: category_head.evaluate(file, model, settings.county_dir, stages.told))
    if as_json:
        print(json.dumps(figure_data(done.figures, done.how), ensure_ascii=False, indent=2))
        return
    for line in figure_lines(done.figures, "五折" if model is None else f"模型 {model.name}"):
        out.print(line)
    if done.strange:
        out.print(f"模型没有学过这些类别，都算错：{'、'.join(done.strange)}。")
    if left_out := _left_out(done.labelled):
        out.print(left_out)


@corrections_app.command("export")
def corrections_export(
    file: Annotated[Path, typer.Argument(help="写到这个 .csv 文件")],
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="最近多少天的")] = 365,
) -> None:
    """把人改过的判断（不是诉求、改类别、合并、拆分）写成 gridbot train 读的 CSV；号码、房号、人名都遮掉。"""
    settings = guarded(load_settings)

    def work() -> tuple[list[correction_rows.Corrected], Registry]:
        since = present(settings.demo_clock_url) - timedelta(days=days)
        with open_store(settings) as store:
            return store.look(lambda w: correction_rows.examples(w, since)), store.look(registry_rows.load_registry)

    found, registry = guarded(work)
    if not found:
        fail([f"最近 {days} 天没有人改过判断，没有写文件。"])
    keep(file, corrections.export(found, corrections.people_in(registry)))
    out.print(f"已写到 {file}：" + "，".join(
        f"{name} {sum(one.kind is kind for one in found)} 条" for kind, name in CORRECTION_NAMES.items()
    ) + "。")


@app.command("try")
def try_lists(
    lists: Annotated[Path | None, typer.Argument(help="新词表：一个文件、一个文件夹，或模型（.npz）")] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=5, help="在会话存档的最近几天上试")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="在记录下来的群聊（messages.jsonl）上试")] = None,
    shadow: Annotated[int | None, typer.Option("--shadow", min=1, max=60, help="和现在的并排跑几天，只记数")] = None,
    shadow_report: Annotated[bool, typer.Option("--shadow-report", help="看并排跑的结果")] = False,
    shadow_off: Annotated[bool, typer.Option("--shadow-off", help="不再并排跑")] = False,
) -> None:
    """换词表或模型之前先试：会多开、少开、改变多少工单。只说数字，不说也不存任何话。"""
    asked = [days is not None, file is not None, shadow is not None, shadow_report, shadow_off]
    if sum(asked) != 1:
        fail(["--days、--file、--shadow、--shadow-report、--shadow-off 写一个，也只写一个。"])
    if lists is None and not (shadow_report or shadow_off):
        fail(["要写试哪个词表或模型，例：gridbot try 新词表文件夹 --days 3"])
    settings = guarded(load_settings)
    # The archive's ear brings aiohttp with it; the other commands start without.
    from bot.learning_commands import try_command  # noqa: PLC0415

    with Stages(err) as stages:
        asking = try_command.Asked(lists, days, file, shadow, shadow_report, shadow_off)
        told = guarded(lambda: try_command.run(asking, settings, lambda: present(settings.demo_clock_url), stages.told))
    for line in told:
        out.print(line)


def _left_out(labelled: Labelled) -> str:
    """Which rows of a file were passed over, for people; nothing where none was."""
    told = f"跳过空行 {labelled.skipped} 行。" if labelled.skipped else ""
    if labelled.blank:
        which = "、".join(str(line) for line in labelled.blank[:10]) + ("……" if len(labelled.blank) > 10 else "")
        told += f"有类别没有内容的 {len(labelled.blank)} 行没有用（第 {which} 行）。"
    return told


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="messages.jsonl")],
    registry: Annotated[Path, typer.Option("--registry", help="登记文件")],
    out_dir: Annotated[Path, typer.Option("--out", help="输出文件夹")],
    policy: Annotated[Path | None, typer.Option("--policy", help="用这份规则代替现行规则")] = None,
    until: Annotated[str | None, typer.Option("--until", help="走到这个时间为止（ISO 8601）")] = None,
    answer: Annotated[replaying.Answer, typer.Option("--answer", help="疑似险情卡片怎么答")] = replaying.Answer.NONE,
) -> None:
    """在虚拟时钟下重放记录的群聊，写出决定、工单和所说的话。"""
    settings = guarded(load_settings)
    end = _moment(until) if until else None

    def work() -> dict[str, int]:
        house = House(load_book(settings.county_dir, policy), read_registry(registry))
        try:
            messages = replaying.read_messages(file)
        except OSError:
            fail([f"读不到文件：{file}"])
        return replaying.run(house, messages, out_dir, until=end, answer=answer)

    counts = guarded(work)
    out.print(f"{counts['messages']} 条消息，{counts['tickets']} 张工单，说了 {counts['said']} 句。")


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail([f"时间写错了：{text}（例：2026-03-02T18:00:00+08:00）"])
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


@app.command()
def check(
    wecom: Annotated[bool, typer.Option("--wecom", help="再真的试一试企业微信的每个通道：缺什么、在哪里点、收不收费")] = False,
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help="企业微信访问小格的网址，如 https://xiaoge.example.cn")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON")] = False,
) -> None:
    """检查配置、登记、规则和今晚的升级链；一次说出全部错误。"""
    report = checking.run()
    doors: tuple[Finding, ...] = ()
    if wecom and report.settings is not None:
        # It brings aiohttp with it; the other commands start without.
        from bot import wecom_check  # noqa: PLC0415

        doors = wecom_check.try_doors(report.settings, report.registry, WallClock().now, public_url)
    missing = any(finding.state == MISSING for finding in doors)
    if as_json:
        found = {"errors": report.errors, "warnings": report.warnings, "notes": report.notes}
        told = {"ok": not (report.errors or missing), **found, "doors": [finding.as_json() for finding in doors]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        raise typer.Exit(0 if told["ok"] else 1)
    for finding in doors:
        for line in finding.lines():
            out.print(line)
    for sentence in report.notes:
        out.print(f"· {sentence}")
    for sentence in report.warnings:
        out.print(f"! {sentence}")
    if report.errors:
        fail(report.errors)
    if missing:
        fail(["企业微信还有没办好的，见上面带 ✗ 的行。"])
    out.print("检查通过。")


@app.command()
def watch(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="心跳在哪里：http://…/healthz，或 HEARTBEAT_FILE 那个文件")],
    minutes: Annotated[float, typer.Option("--minutes", min=1, help="多少分钟没有心跳算停了")] = 3,
) -> None:
    """看小格的自查还在不在跑；停了说一句，退出码 1。给 cron 或 systemd 用，最好放在另一台机器上。"""
    wrong = heartbeat.fault(source, WallClock().now(), timedelta(minutes=minutes))
    if wrong is not None:
        fail([wrong])


@app.command()
def run(
    role: Annotated[str, typer.Option("--role", help="现在只有 all：一个进程做全部")] = "all",
) -> None:
    """启动服务。"""
    # The live process brings aiohttp and APScheduler with it; the other commands start without.
    from bot.app import serve  # noqa: PLC0415

    settings = guarded(load_settings)
    if role != "all":
        fail([f"还不能分成多个进程运行（--role {role}），请用 --role all。"])
    guarded(lambda: serve(settings))


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
