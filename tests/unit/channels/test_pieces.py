from hypothesis import given
from hypothesis import strategies as st

from bot.channels.pieces import clip_bytes, clip_chars, split_bytes

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(texts, st.integers(4, 60))
def test_pieces_hold_all_and_keep_the_limit(text: str, limit: int) -> None:
    pieces = split_bytes(text, limit)
    assert "".join(pieces) == text
    assert all(0 < len(piece.encode()) <= limit for piece in pieces)


@given(texts, st.integers(0, 60))
def test_a_clipped_text_keeps_the_limit(text: str, limit: int) -> None:
    clipped = clip_bytes(text, limit)
    assert len(clipped.encode()) <= limit
    assert clipped == text or limit < 3 or clipped.endswith("…")


def test_a_split_prefers_the_end_of_a_sentence() -> None:
    text = "三栋路灯不亮了。物业已经去看。"
    assert split_bytes(text, 30) == ["三栋路灯不亮了。", "物业已经去看。"]


def test_no_character_is_cut() -> None:
    assert split_bytes("水" * 5, 8) == ["水水", "水水", "水"]
    assert clip_bytes("水水水", 8) == "水…"
    assert clip_chars("水水水", 2) == "水…"
    assert clip_chars("水水", 2) == "水水"
