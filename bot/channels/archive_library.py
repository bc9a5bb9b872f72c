"""WeCom's native archive library, bound by ctypes (path/91774; names and structs as its header WeWorkFinanceSdk_C.h).

Used only inside the helper process: what the library does to its process harms nobody else. Calls block; ctypes lets
other threads run meanwhile. Nothing here keeps a position.
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path

OK = 0
PARAMETER = 10000
SYSTEM = 10003

_Pointer = ctypes.c_void_p
_Text = ctypes.c_char_p
#: Exported name → (result, arguments).
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "NewSdk": (_Pointer, ()),
    "Init": (ctypes.c_int, (_Pointer, _Text, _Text)),
    "DestroySdk": (None, (_Pointer,)),
    "GetChatData": (
        ctypes.c_int,
        (_Pointer, ctypes.c_ulonglong, ctypes.c_uint, _Text, _Text, ctypes.c_int, _Pointer),
    ),
    "DecryptData": (ctypes.c_int, (_Text, _Text, _Pointer)),
    "GetMediaData": (ctypes.c_int, (_Pointer, _Text, _Text, _Text, _Text, ctypes.c_int, _Pointer)),
    "NewSlice": (_Pointer, ()),
    "FreeSlice": (None, (_Pointer,)),
    "GetContentFromSlice": (_Pointer, (_Pointer,)),
    "GetSliceLen": (ctypes.c_int, (_Pointer,)),
    "NewMediaData": (_Pointer, ()),
    "FreeMediaData": (None, (_Pointer,)),
    "GetOutIndexBuf": (_Pointer, (_Pointer,)),
    "GetIndexLen": (ctypes.c_int, (_Pointer,)),
    "GetData": (_Pointer, (_Pointer,)),
    "GetDataLen": (ctypes.c_int, (_Pointer,)),
    "IsMediaDataFinish": (ctypes.c_int, (_Pointer,)),
}


class LibraryUnusableError(Exception):
    """The file is no such library, or it refused to start; says why in Chinese, and holds the library's own code."""

    def __init__(self, sentence: str, errcode: int = SYSTEM) -> None:
        super().__init__(sentence)
        self.errcode = errcode


class LibraryError(Exception):
    """A call ended with an error of the library's own space (wire §5.1)."""

    def __init__(self, errcode: int) -> None:
        super().__init__(str(errcode))
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file, at most 512 KB; `following` is asked for next, "" after the last."""

    data: bytes
    following: str
    is_last: bool


class ArchiveLibrary:
    """One started library. `proxy` (`http://host:port`) and its `password` ("user:password") are empty where the
    machine reaches WeCom by itself; `seconds` bounds each of the library's own requests.

    Raises LibraryUnusableError.
    """

    def __init__(
        self, path: Path, corp_id: str, secret: str, *, proxy: str = "", password: str = "", seconds: int = 10
    ) -> None:
        try:
            self._library = ctypes.CDLL(str(path))
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, list(arguments)
        except (OSError, AttributeError):
            raise LibraryUnusableError(
                f"会话存档组件 {path.name} 打不开或不对，请确认下载的是本机系统（x86 或 ARM）对应的版本。"
            ) from None
        self._proxy, self._password = proxy.encode() or None, password.encode() or None
        self._seconds = seconds
        self._sdk = self._library.NewSdk()
        code = self._library.Init(self._sdk, corp_id.encode(), secret.encode()) if self._sdk else SYSTEM
        if code != OK:
            raise LibraryUnusableError("会话存档组件没能启动，请核对企业 ID 和会话存档密钥。", code)

    def fetch(self, seq: int, limit: int) -> bytes:
        """GetChatData's JSON as it came. Raises LibraryError."""
        piece = self._library.NewSlice()
        try:
            self._check(
                self._library.GetChatData(self._sdk, seq, limit, self._proxy, self._password, self._seconds, piece)
            )
            return self._content(piece)
        finally:
            self._library.FreeSlice(piece)

    def decrypt(self, random_key: str, message: str) -> bytes:
        """One record's JSON as it came. Raises LibraryError."""
        piece = self._library.NewSlice()
        try:
            self._check(self._library.DecryptData(random_key.encode(), message.encode(), piece))
            return self._content(piece)
        finally:
            self._library.FreeSlice(piece)

    def media(self, file_id: str, index: str) -> Chunk:
        """One piece of a file; `index` is "" for the first. Raises LibraryError."""
        piece = self._library.NewMediaData()
        try:
            self._check(
                self._library.GetMediaData(
                    self._sdk, index.encode(), file_id.encode(), self._proxy, self._password, self._seconds, piece
                )
            )
            data = self._bytes(self._library.GetData(piece), self._library.GetDataLen(piece))
            following = self._bytes(self._library.GetOutIndexBuf(piece), self._library.GetIndexLen(piece))
            is_last = self._library.IsMediaDataFinish(piece) == 1
            return Chunk(data, "" if is_last else following.decode("ascii", "replace"), is_last)
        finally:
            self._library.FreeMediaData(piece)

    def _content(self, piece: int) -> bytes:
        return self._bytes(self._library.GetContentFromSlice(piece), self._library.GetSliceLen(piece))

    @staticmethod
    def _bytes(address: int | None, length: int) -> bytes:
        return ctypes.string_at(address, length) if address and length > 0 else b""

    @staticmethod
    def _check(code: int) -> None:
        if code != OK:
            raise LibraryError(code)
