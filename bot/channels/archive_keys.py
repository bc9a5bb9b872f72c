"""The archive's private keys, one PEM file for each publickey_ver; old ones are kept, for each record names its own."""

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.channels.errors import BadCipher, ChannelError, WrongSetting

_VERSION = re.compile(r"(\d+)\.pem$")


class KeyMissing(ChannelError):
    """缺少这一版的存档私钥，请把对应的 PEM 文件放进密钥目录。"""

    code = "key_missing"


def load_keys(folder: Path) -> dict[int, RSAPrivateKey]:
    """Read every `…<version>.pem` of a folder. Raises WrongSetting that names all files that can't be used."""
    keys: dict[int, RSAPrivateKey] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.pem")):
        version = _VERSION.search(path.name)
        if version is None:
            faults.append(f"{path.name}：文件名要以公钥版本号结尾，例如 archive-3.pem")
            continue
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError):
            faults.append(f"{path.name}：不是可读的 PEM 私钥")
            continue
        if not isinstance(key, RSAPrivateKey):
            faults.append(f"{path.name}：不是 RSA 私钥")
        elif int(version[1]) in keys:
            faults.append(f"{path.name}：版本 {version[1]} 有两个文件")
        else:
            keys[int(version[1])] = key
    if not keys and not faults:
        faults.append(f"{folder.name}：目录里没有 PEM 文件")
    if faults:
        raise WrongSetting("存档密钥有问题：" + "；".join(faults))
    return keys


def open_random_key(keys: Mapping[int, RSAPrivateKey], version: object, sealed: object) -> str:
    """The random key of one record, as the archive library wants it. Raises KeyMissing, BadCipher.

    PKCS#1 v1.5 (path/91774). A wrong key gives random bytes without an error, which are then no ASCII or are refused by
    the library.
    """
    key = keys.get(version) if isinstance(version, int) else None
    if key is None:
        raise KeyMissing
    if not isinstance(sealed, str):
        raise BadCipher
    try:
        return key.decrypt(base64.b64decode(sealed, validate=True), padding.PKCS1v15()).decode("ascii")
    except (binascii.Error, ValueError, InvalidKey) as error:
        raise BadCipher from error
