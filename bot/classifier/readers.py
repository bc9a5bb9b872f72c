"""The readers that have learned: what a Classifier reads with beside its lists."""

from dataclasses import dataclass

from bot.classifier.linking import LINKER, Linker
from bot.classifier.lone import LONE_READER, LoneReader
from bot.classifier.second import SECOND_READER, SecondReader


@dataclass(frozen=True, slots=True)
class Readers:
    """Each may be missing: then the lists and rules decide alone."""

    second: SecondReader | None = None
    lone: LoneReader | None = None
    linker: Linker | None = None

    @classmethod
    def shipped(cls) -> "Readers":
        """Those whose weights come with the program."""
        return cls(
            SecondReader.load() if SECOND_READER.exists() else None,
            LoneReader.load() if LONE_READER.exists() else None,
            Linker.load() if LINKER.exists() else None,
        )


#: Lists and rules alone.
UNLEARNED = Readers()
