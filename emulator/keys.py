"""The archive's RSA keys: two versions, kept as PEM files for the bot."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from emulator.errors import EmulatorError

VERSIONS = (1, 2)


def pem_path(folder: Path, version: int) -> Path:
    """Where the private key of a publickey_ver lies."""
    return folder / f"archive-{version}.pem"


def load_or_make_keys(folder: Path) -> dict[int, RSAPrivateKey]:
    """The RSA-2048 keys by publickey_ver; files already there are used, others are made. Raises EmulatorError."""
    keys: dict[int, RSAPrivateKey] = {}
    for version in VERSIONS:
        path = pem_path(folder, version)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                made = generate_private_key(public_exponent=65537, key_size=2048)
                path.touch(mode=0o600)
                path.write_bytes(
                    made.private_bytes(
                        serialization.Encoding.PEM,
                        serialization.PrivateFormat.PKCS8,
                        serialization.NoEncryption(),
                    )
                )
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise EmulatorError(f"存档密钥 {path} 读写不了：{error}") from error
        if not isinstance(key, RSAPrivateKey) or key.key_size != 2048:
            raise EmulatorError(f"存档密钥 {path} 不是 RSA-2048")
        keys[version] = key
    return keys
