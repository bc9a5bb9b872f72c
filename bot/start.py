"""Where the command `gridbot` starts.

`gridbot classify` is started anew for every file of lines. It needs neither database nor channels, whose libraries take
a second to load, so it begins without them; every other command, and every question after help, is typer's.
"""

import gc
import sys


def main() -> None:
    """Entry point."""
    if sys.argv[1:] == ["classify"]:
        # One run through, and nothing of it refers to itself: looking for garbage would be a tenth of the time.
        gc.disable()
        from bot.classify_command import run  # noqa: PLC0415

        raise SystemExit(run())
    from bot import cli  # noqa: PLC0415

    cli.main()
