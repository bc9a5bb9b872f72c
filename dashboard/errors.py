"""What a page cannot do, with the sentence that the visitor reads."""


class Sorry(Exception):
    """A page that says why not. `title` and `sentence` are Chinese; `close` ends the connection after the answer."""

    def __init__(self, status: int, title: str, sentence: str, *, close: bool = False) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.sentence = sentence
        self.close = close
