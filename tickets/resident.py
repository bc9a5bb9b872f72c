"""A resident who speaks with the bot alone (微信客服, 公众号): where to answer, for how long, and his grid. No profile."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: After a word of the resident's so many may be sent within so long (path/94677; for 公众号 the same since 2023).
PER_WORD, WORD_HOLDS = 5, timedelta(hours=48)
#: After a tap on a menu or a subscription to a 公众号 (its page 客服消息).
PER_TAP, TAP_HOLDS = 3, timedelta(minutes=1)
#: Where he lives is asked once; who did not answer is asked again after so long.
ASKED_AGAIN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Resident:
    """`person` is how tickets know him: a registry id for who is bound, else his outside id. `external` and `account`
    are the channel's: whom to answer, from which 客服 account. `area` is the code that he named, None until he has.

    `turns` sentences may still be sent to him before `until`; his next word begins anew.
    """

    person: str
    channel: str
    external: str
    account: str
    until: datetime
    turns: int
    area: str | None = None
    asked_at: datetime | None = None
    forgotten: bool = False

    def spoke(self, at: datetime) -> "Resident":
        """He has said something."""
        return replace(self, until=at + WORD_HOLDS, turns=PER_WORD, forgotten=False)

    def tapped(self, at: datetime) -> "Resident":
        """He has tapped a menu or subscribed: that opens a minute, and shortens nothing."""
        if self.until > at + TAP_HOLDS and self.turns >= PER_TAP:
            return self
        return replace(self, until=max(self.until, at + TAP_HOLDS), turns=PER_TAP, forgotten=False)

    def may_be_asked(self, now: datetime) -> bool:
        """Whether it is time to ask where he lives."""
        return self.area is None and (self.asked_at is None or now - self.asked_at >= ASKED_AGAIN_AFTER)


def new_resident(person: str, channel: str, external: str, account: str, now: datetime) -> Resident:
    """Somebody heard for the first time; nothing may be sent yet."""
    return Resident(person, channel, external, account, until=now, turns=0)
