"""What the second reader thinks of a line: how likely each act is, and each category."""

from dataclasses import dataclass

from registry.terms import Act, Category

#: Acts that the model tells apart; commands and notices are told by who speaks and whom he tags.
ACTS = (
    Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY, Act.STATUS_QUERY, Act.RATING, Act.QUESTION, Act.CHAT,
)
CATEGORIES = tuple(Category)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities of `ACTS` and of the categories, in their order."""

    chances: tuple[float, ...]
    categories: tuple[float, ...]

    def of(self, act: Act) -> float:
        """Probability of one act; 0 for one that the model does not know."""
        return self.chances[ACTS.index(act)] if act in ACTS else 0.0

    @property
    def best(self) -> Act:
        return ACTS[self.chances.index(max(self.chances))]

    @property
    def category(self) -> tuple[Category, float]:
        """The likeliest category and its probability."""
        place = self.categories.index(max(self.categories))
        return CATEGORIES[place], self.categories[place]
