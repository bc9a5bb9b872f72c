"""What counts as the answer that a rating question asks for."""

import pytest

from bot.handlers.prompted import rating_in


@pytest.mark.parametrize("words", ["好了", "好了，谢谢", "修好了", "已经修好了，辛苦", "1124-3 好了", "@小格 1124-3 好了", "解决了", "通了"])
def test_it_is_settled(words: str) -> None:
    assert rating_in(words) is True


@pytest.mark.parametrize("words", ["没好", "还没好", "还没好，还在漏", "没修好，又漏了", "1124-3 没好", "还是没有解决", "根本没修"])
def test_it_is_not_settled(words: str) -> None:
    assert rating_in(words) is False


@pytest.mark.parametrize(
    "words",
    ["好了吗", "好了没", "修好了？", "没修好吗", "好的", "好", "好了伤疤忘了疼，这些年咱们院里的事说起来就长了", "我饭做好了", "不好意思", "没事"],
)
def test_it_is_neither(words: str) -> None:
    assert rating_in(words) is None
