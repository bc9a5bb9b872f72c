"""Numbers of phones, ids, bank cards and plates are masked in whatever goes to a group, digest, export or log (P12)."""

import re

#: Digits typed with a Chinese keyboard are digits.
_HALF_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·•\s]?[A-Za-z0-9]{4,5}[A-Za-z0-9挂学警港澳]"
)
_ID = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_CARD = re.compile(r"(?<![\d-])(\d{4})(?:[ -]?\d){7,12}[ -]?((?:\d[ -]?){3}\d)(?![\d-]|[ -]\d)")
_GAP = r"[\s.·\-—]?"
_MOBILE = re.compile(rf"(?<!\d)((?:\+?0{{0,2}}86{_GAP})?1[3-9]\d)(?:{_GAP}\d){{8}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[)）]?[\s\-—]?\d{3,4}[\s-]?(\d{4})(?!\d)")
#: A local number is told from a meter's by what stands before it.
_LOCAL = re.compile(r"(?<=[话机码打系])([是为：:\s]{0,3})[2-8]\d{2,3}[\s-]?(\d{4})(?!\d)")
#: Rooms as residents write them: 402室, 5号楼402, 3-2-501.
_ROOM = re.compile(r"(?<=[栋幢楼元号])\s?\d{3,4}(?!\d)(室|户|房)?|(?<!\d)\d{3,4}(室|户|房)|(?<=\d[-—]\d[-—])\d{3,4}")


def mask_numbers(text: str) -> str:
    """The text with phone, id, card and plate numbers starred; emergency and hotline numbers stay."""
    text = text.translate(_HALF_WIDTH)
    text = _ID.sub(r"\1********\2", text)
    text = _CARD.sub(lambda m: f"{m[1]}********{m[2].replace(' ', '').replace('-', '')}", text)
    text = _MOBILE.sub(lambda m: f"{m[1]}****{''.join(c for c in m[0] if c.isdigit())[-4:]}", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    text = _LOCAL.sub(r"\1****\2", text)
    return _PLATE.sub(lambda m: m[0][:2] + "****" + m[0][-1], text)


def without_rooms(text: str) -> str:
    """A place without its room: 5号楼402 becomes 5号楼."""
    return _ROOM.sub("", text).strip()


def clip(text: str, characters: int) -> str:
    """At most so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= characters else text[: characters - 1] + "…"
