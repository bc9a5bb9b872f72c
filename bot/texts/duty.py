"""What fills the sentences about shifts: which shift, who swaps, what is handed over, where nobody is on duty."""

from collections.abc import Mapping
from datetime import date

from bot.texts import lists
from bot.texts.voice import Voice
from bot.texts.words import RUNG_NAMES, instant, moment
from registry.on_duty import shift_on
from tickets.masking import clip, mask_numbers

#: Words that one shift leaves to the next, on its card.
_NOTE_CHARACTERS = 300


def absent(voice: Voice) -> str:
    """Who of a rung reaches nobody: posts that are on a roster and empty now, and roles without anybody."""
    vacant = tuple(str(one) for one in voice.args.get("vacant") or ())
    unknown = [str(one) for one in voice.args.get("missing") or () if one not in vacant]
    said = ""
    if vacant:
        said += voice.fill("vacant", posts=_posts(vacant), when="今晚" if _is_night(voice) else "此刻")
    if unknown:
        said += voice.fill("unmanned", posts=_posts(unknown))
    return said


def _posts(roles: list[str] | tuple[str, ...]) -> str:
    return "、".join(RUNG_NAMES.get(role, "有的岗位") for role in roles)


def _is_night(voice: Voice) -> bool:
    return not 6 <= voice.context.now.hour < 18


def until(voice: Voice) -> Mapping[str, str]:
    """Until when it is silent, or when the calls go on."""
    at = instant(voice.args.get("until"))
    return {"until": moment(at, voice.context.now) if at is not None else "过一阵"}


def by_and_until(voice: Voice) -> Mapping[str, str]:
    return {"by": voice.who(voice.args.get("by")), **until(voice)}


def swap(voice: Voice) -> Mapping[str, str]:
    """Both sides of a swap, with their shifts."""
    return {
        "asker": voice.who(voice.args.get("by")), "other": voice.who(voice.args.get("other")),
        "shift": _shift(voice, "day", "shift"), "other_shift": _shift(voice, "other_day", "other_shift"),
    }


def agreed(voice: Voice) -> str:
    return "" if voice.args.get("accepted") else "refused"


def vacancy(voice: Voice) -> Mapping[str, str]:
    return {"posts": _posts((str(voice.args.get("role")),)), "shift": _shift(voice, "day", "shift")}


def handed_over(voice: Voice) -> Mapping[str, str]:
    """The open matters of a shift that begins, and what the shift before wrote."""
    words = clip(mask_numbers((voice.context.words or "").strip()), _NOTE_CHARACTERS)
    notes = voice.fill("card.handover.notes", words=words) if words else ""
    return {**lists.mine(voice), "notes": notes}


def handover(voice: Voice) -> str:
    return "" if voice.args.get("tickets") else "notes_only"


def _shift(voice: Voice, day: str, shift: str) -> str:
    try:
        return shift_on(date.fromisoformat(str(voice.args.get(day))), str(voice.args.get(shift) or ""))
    except ValueError:
        return "那个班"
