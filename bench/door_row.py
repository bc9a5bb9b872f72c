"""The door's rows, measured by `bench/door.py`."""

import statistics
from pathlib import Path

from bench import door
from bench.row import Row, p99
from bot.channels.crypto import Cipher

#: Requests of one round, and of the paced run.
ROUND, PACED = 4000, 2500


def rows(folder: Path) -> list[Row]:
    """Two rows: the door against a bare loop of the same parts, in turn; the door at 500 callbacks a second."""
    cipher = Cipher(door.TOKEN, door.AES_KEY, door.CORP)
    requests = [door.request(number, cipher) for number in range(ROUND)]
    bare, real = [], []
    for _ in range(door.ROUNDS):
        bare.append(door.measure("bare", folder, requests, None)[0])
        real.append(door.measure("door", folder, requests, None)[0])
    ratio = statistics.median(real) / statistics.median(bare)
    _, took = door.measure("door", folder, requests[:PACED], door.A_SECOND)
    late = p99(took) * 1000
    return [
        Row("door: callback, inbox, 200 : a bare loop of its parts", ">= 0.7",
            f"{ratio:.2f} ({statistics.median(real):,.0f}/s : {statistics.median(bare):,.0f}/s)", ratio >= 0.7),
        Row(f"door at {door.A_SECOND}/s, p99", "<= 200 ms", f"{late:.0f} ms", late <= 200),
    ]
