"""Where the command `gridbot` starts.

`gridbot classify` is started anew for every file of lines. It needs neither database nor channels, whose libraries take
a second to load, so it begins without them; every other command, and every question after help, is typer's.
"""

import sys


def main() -> None:
    """Entry point."""
    if sys.argv[1:] == ["classify"]:
        from bot.classify_command import run  # noqa: PLC0415

        raise SystemExit(run())
    from bot import cli  # noqa: PLC0415

    cli.main()
