"""A county's CSV: encodings, delimiters, titles; every error at once, by line, in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.learning_commands.labelled import LabelledError, parse_labelled, read_labelled

ROWS = "".join(f"第{n}户水管漏水,供水\n第{n}盏灯坏了,照明\n" for n in range(1, 6))


def errors(content: str | bytes) -> tuple[str, ...]:
    with pytest.raises(LabelledError) as caught:
        parse_labelled(content if isinstance(content, bytes) else content.encode(), "f.csv")
    return caught.value.errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding: str, ends: str) -> None:
    found = parse_labelled(("text,label\n" + ROWS).replace("\n", ends).encode(encoding), "f.csv")
    assert found.counts == {"供水": 5, "照明": 5}
    assert found.texts[0] == "第1户水管漏水"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(delimiter: str) -> None:
    assert len(parse_labelled(("text,label\n" + ROWS).replace(",", delimiter).encode(), "f.csv").texts) == 10


def test_the_title_stands_before_the_text_and_either_may_be_empty() -> None:
    content = "label,title,text\n" + "".join(f"甲,题{n},文{n}\n乙,,文{n}\n乙,题{n},\n" for n in range(5))
    found = parse_labelled(content.encode(), "f.csv")
    assert found.texts[:3] == ("题0\n文0", "文0", "题0")


def test_chinese_column_names_and_columns_of_no_use() -> None:
    content = "编号,留言详情,一级标签\n" + "".join(f"{n},漏水{n},甲\n{n},停电{n},乙\n" for n in range(5))
    assert parse_labelled(content.encode(), "f.csv").counts == {"甲": 5, "乙": 5}


def test_empty_rows_are_passed_over_and_counted() -> None:
    assert parse_labelled(("\ntext,label\n" + ROWS + "\n,\n  ,  \n").encode(), "f.csv").skipped == 3


def test_quoted_cells_may_hold_line_ends_and_lines_are_still_counted() -> None:
    found = errors('text,label\n"两行\n的话",甲\n再来,\n好好的,\n一列\n')
    assert [error.split("：")[0] for error in found] == ["第 4 行", "第 5 行", "第 6 行"]


def test_rows_with_a_label_and_no_text_are_left_out_and_named() -> None:
    found = parse_labelled(("text,label\n,供水\n" + ROWS + "  ,照明\n").encode(), "f.csv")
    assert found.blank == (2, 13)
    assert len(found.texts) == 10


def test_to_measure_a_model_a_few_rows_are_enough() -> None:
    assert parse_labelled("text,label\n漏水,供水\n".encode(), "f.csv", to_learn=False).counts == {"供水": 1}
    assert "没有内容" in _refused(b"text,label\n")


def _refused(content: bytes) -> str:
    with pytest.raises(LabelledError) as caught:
        parse_labelled(content, "f.csv", to_learn=False)
    return caught.value.errors[0]


def test_all_errors_at_once_and_none_of_the_words() -> None:
    found = errors("text,label\n秘密的话,\n" + f"秘密,{'长' * 41}\n" + "x" * 100_001 + ",甲\n")
    assert len(found) == 3
    assert not any("秘密" in error for error in found)


def test_more_errors_than_anybody_reads_are_counted() -> None:
    found = errors("text,label\n" + "有话没有类,\n" * 50)
    assert len(found) == 31
    assert "还有 20 处" in found[-1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"\n \n", "空的"),
        (b"text,label\n", "没有内容"),
        ("正文,部门\nx,y\n".encode(), "没有 label 列"),
        (b"a,b\nx,y\n", "没有 text 列"),
        ("text,label,类别\nx,y,z\n".encode(), "有 2 列都是 label"),
        (("text,label\n" + "话,甲\n" * 9).encode(), "只有一种 label"),
        (("text,label\n" + "话,甲\n" * 9 + "话,乙\n" * 4).encode(), "「乙」只有 4 条"),
        ('text,label\n"没有写完,甲\n'.encode(), "引号"),
        (b"PK\x03\x04rest", "Excel"),
        (b"text,label\n\x81\x20\xff\xff,x\n", "编码"),
    ],
)
def test_what_is_no_file_to_learn_from(content: bytes, said: str) -> None:
    assert any(said in error for error in errors(content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LabelledError, match="读不到文件"):
        read_labelled(tmp_path / "none.csv")
