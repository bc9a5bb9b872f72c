"""`gridbot classify`: standard input to standard output, with the county's lists."""

import os
import sys

from bot.classify import classify_stream, lines_of
from bot.loading import LoadingError, load_book
from config.settings import SettingsError, load_settings


def run() -> int:
    """Read every line and write its verdict. Returns the status: 1 when a line was wrong, or when settings or lists
    cannot be used, whose errors are printed all at once, or when nobody reads on; 130 after Ctrl-C."""
    try:
        classifier = load_book(load_settings().county_dir).classifier
    except (LoadingError, SettingsError) as error:
        for sentence in error.errors:
            sys.stderr.write(f"✗ {sentence}\n")
        return 1
    try:
        wrong = classify_stream(lines_of(sys.stdin.buffer), sys.stdout.write, classifier)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever reads the verdicts has seen enough (| head); nothing is left to be written at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return 1 if wrong else 0
