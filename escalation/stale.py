"""How long the words 知道了 or 我在看 hold a ladder when nothing is done after them."""

from collections.abc import Mapping

from escalation.limit_lines import MOST
from escalation.reading import Reader
from escalation.span import Span, Unit
from registry.terms import Urgency

#: What a file without the section means.
SHIPPED: Mapping[Urgency, Span] = {
    Urgency.NORMAL: Span(1, Unit.WORKING_DAYS),
    Urgency.URGENT: Span(60, Unit.MINUTES),
    Urgency.DANGER: Span(15, Unit.MINUTES),
}
_KEYS = {f"after_{unit}": unit for unit in Unit}


def read_stale(data: object, path: str, reader: Reader) -> dict[Urgency, Span]:
    """One line an urgency, such as `danger: {after_minutes: 15}`; what is not written is as shipped."""
    found = dict(SHIPPED)
    for name, value in reader.table(data, path, tuple(Urgency)).items():
        if name not in set(Urgency):
            continue
        here = f"{path}.{name}"
        table = reader.table(value, here, tuple(_KEYS))
        written = [key for key in _KEYS if key in table]
        if len(written) != 1:
            reader.fault(here, f"{'、'.join(_KEYS)} 要写一个，现在写了 {len(written)} 个")
            continue
        unit = _KEYS[written[0]]
        found[Urgency(name)] = Span(reader.whole(table[written[0]], f"{here} {written[0]}", 1, MOST[unit]), unit)
    return found
