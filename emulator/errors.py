"""What the stand-in refuses: WeCom's error codes to the bot, Chinese sentences to whoever drives the page."""

from __future__ import annotations


class EmulatorError(Exception):
    """Root of everything the emulator raises on purpose."""


class ApiError(EmulatorError):
    """A call of the bot that WeCom refuses: ``errcode`` and ``errmsg`` go into the JSON answer."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


class DriveError(EmulatorError):
    """Something a person cannot do in the client; ``sentence`` is shown on the page."""

    def __init__(self, sentence: str, status: int = 409) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class CipherError(EmulatorError):
    """A ciphertext, signature or padding that does not hold."""


class RegistryError(EmulatorError):
    """The registry file cannot be used; ``faults`` lists every reason, in Chinese."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = faults
