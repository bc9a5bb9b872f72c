"""Text out of JSON that a database and UTF-8 can hold: JSON's escapes allow half characters and NUL, they do not."""


def clean(text: str) -> str:
    """The text without NUL, and with U+FFFD for each half of a character that stands alone."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")
