"""`gridbot registry …` with YAML files and Excel workbooks on a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import cli
from registry.source import to_data
from registry.workbook_writer import write_template, write_workbook
from registry.yaml_file import write_yaml
from storage.registry_rows import load_imported, save_registry
from storage.store import Store
from tests.builders.registry_rows import registry_of, row, small_county
from tests.builders.tickets import NOW
from tests.builders.workbooks import put, sheets_of, workbook_of


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/county.db"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", address)
    return address


def run(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["registry", *map(str, words)], input=answer)


def changed_county() -> dict[str, Any]:
    data = small_county()
    row(data, "people", "m-1")["name"] = "白桦"
    data["people"] = [person for person in data["people"] if person["id"] != "r-1"]
    return data


def kept(url: str) -> Any:
    with Store.open(url) as store:
        store.migrate()
        return store.look(load_imported)


def test_a_workbook_and_a_yaml_file_are_the_same_to_the_import(url: str, tmp_path: Path) -> None:
    book, text = tmp_path / "登记.xlsx", tmp_path / "登记.yaml"
    book.write_bytes(write_workbook(registry_of(small_county())))
    text.write_text(write_yaml(registry_of(small_county())), "utf-8")
    first = run("import", book)
    assert first.exit_code == 0, first.output
    assert first.output.splitlines() == ["首次导入：4 个区域、3 个群、2 个单位、6 人", "已导入。"]
    assert run("import", text).output == "和现在的登记一样，没有变化。\n"
    out = tmp_path / "导出.xlsx"
    assert run("export", out).exit_code == 0
    assert run("import", out).output == "和现在的登记一样，没有变化。\n"
    assert run("export").stdout == text.read_text("utf-8")


def test_differences_are_shown_and_nothing_is_written_by_a_dry_run(url: str, tmp_path: Path) -> None:
    book = tmp_path / "登记.xlsx"
    book.write_bytes(write_workbook(registry_of(small_county())))
    run("import", book)
    book.write_bytes(write_workbook(registry_of(changed_county())))
    lines = ["修改 人员 m-1（白桦）：名称 白杨 → 白桦", "删除 人员 r-1（顾春燕）"]
    assert run("import", book, "--dry-run").output.splitlines() == [*lines, "试运行，没有写入。"]
    assert kept(url) == registry_of(small_county())
    assert run("import", book).output.splitlines() == [*lines, "已导入。"]
    assert kept(url) == registry_of(changed_county())
    assert run("undo").output == "已恢复到上一次导入之前。\n"
    assert kept(url) == registry_of(small_county())


@pytest.mark.parametrize(("answer", "end", "written"), [("n\n", "没有写入。", False), ("y\n", "已导入。", True)])
def test_a_person_at_a_terminal_is_asked(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, end: str, written: bool
) -> None:
    monkeypatch.setattr(cli, "at_terminal", lambda: True)
    book = tmp_path / "登记.xlsx"
    book.write_bytes(write_workbook(registry_of(small_county())))
    result = run("import", book, answer=answer)
    assert "以上变化要写入吗？" in result.output
    assert result.output.endswith(f"{end}\n")
    assert (kept(url) is not None) == written


def test_yes_is_not_asked(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "at_terminal", lambda: True)
    book = tmp_path / "登记.xlsx"
    book.write_bytes(write_workbook(registry_of(small_county())))
    assert run("import", book, "--yes").output.splitlines()[-1] == "已导入。"


def test_an_import_that_came_in_between_is_not_overwritten(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "登记.xlsx"
    book.write_bytes(write_workbook(registry_of(small_county())))
    run("import", book)
    book.write_bytes(write_workbook(registry_of(changed_county())))
    other = small_county()
    other["bot"]["name"] = "小云"

    def somebody_else(question: str) -> bool:
        with Store.open(url) as store:
            store.run(lambda work: save_registry(work, to_data(registry_of(other)), "o-1", NOW))
        return True

    monkeypatch.setattr(cli, "at_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", somebody_else)
    result = run("import", book)
    assert result.exit_code == 1
    assert "登记被别人改过，这次没有写入" in result.output
    assert kept(url) == registry_of(other)


def test_every_wrong_cell_is_printed_and_nothing_is_written(url: str, tmp_path: Path) -> None:
    sheets = sheets_of(registry_of(small_county()))
    put(sheets, "人员", 4, "角色", "网格元")
    put(sheets, "群", 2, "区域", "9999")
    book = tmp_path / "登记.xlsx"
    book.write_bytes(workbook_of(sheets))
    result = run("import", book)
    assert result.exit_code == 1
    assert "✗ 工作表「人员」第 4 行「角色」列：没有「网格元」这个写法" in result.output
    assert "✗ 工作表「群」第 2 行「区域」列：找不到编号为「9999」的区域" in result.output
    assert kept(url) is None


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("登记.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "登记.xls：这是旧格式（.xls 或 .et）"),
        ("登记.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "登记.et：这是旧格式（.xls 或 .et）"),
        ("登记.csv", "编号,姓名\n".encode("gb18030"), "登记文件要是 YAML（.yaml）或 Excel 工作簿（.xlsx），登记.csv 不是"),
        ("登记.xlsx", b"not a workbook", "登记.xlsx：这不是 Excel 文件"),
        ("登记.xlsx", write_template(), "工作表「区划」：至少要有一个区域"),
        ("登记.yaml", "名称：县".encode("gb18030"), "要 UTF-8 编码的 YAML"),
    ],
)
def test_files_that_cannot_be_imported_are_refused(url: str, tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    result = run("import", file)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_workbook_with_another_ending_is_read_all_the_same(url: str, tmp_path: Path) -> None:
    file = tmp_path / "登记.et"
    file.write_bytes(write_workbook(registry_of(small_county())))
    assert run("import", file).output.splitlines()[-1] == "已导入。"


def test_a_template_is_written_once_and_never_over_a_filled_one(tmp_path: Path) -> None:
    file = tmp_path / "登记.xlsx"
    assert "已写好" in run("template", file).output
    assert file.read_bytes() == write_template()
    again = run("template", file)
    assert again.exit_code == 1
    assert "已经有了，请换一个文件名" in again.output
    assert "文件名要以 .xlsx 结尾" in run("template", tmp_path / "登记.xls").output
    assert "写不了这个文件" in run("template", tmp_path / "none" / "登记.xlsx").output
