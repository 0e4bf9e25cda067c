"""The installation's own keys: made once by `guidance init`, read at every start, never overwritten."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guidance.files import name_new, sync_folder, write_new_draft

SECRET, RECEIPT, VAPID, VAPID_PUBLIC = "secret", "receipt.pem", "vapid.pem", "vapid.pub"
SECRET_BYTES = 32


class KeysUnusable(Exception):
    """A key is missing, unreadable or does not belong to its other half; the text says which and what to do."""


@dataclass(frozen=True)
class Keys:
    """`secret` signs cookies, `receipt` signs receipts, `vapid` proves to push services who sends."""

    secret: bytes
    receipt: Ed25519PrivateKey
    vapid: ec.EllipticCurvePrivateKey

    @property
    def vapid_public(self) -> str:
        """What a browser needs to subscribe: the uncompressed point, base64url without padding (RFC 8292 §3.2)."""
        return public_text(self.vapid)

    @property
    def fingerprint(self) -> str:
        """Which installation these keys make: SHA-256 in hexadecimal over both public keys."""
        receipt = self.receipt.public_key().public_bytes_raw()
        return hashlib.sha256(b"guidance installation\0" + receipt + self.vapid_public.encode()).hexdigest()


def missing_keys(folder: Path) -> list[str]:
    """The names of the private keys that are not in the folder."""
    return [name for name in (SECRET, RECEIPT, VAPID) if not (folder / name).exists()]


def make_keys(folder: Path) -> Keys:
    """Make the keys that are missing and read them all. Two callers at once end with the same keys.

    Raises `KeysUnusable` rather than replace half of a pair that browsers may already rely on.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    sync_folder(folder.parent)
    if (folder / VAPID_PUBLIC).exists() and not (folder / VAPID).exists():
        raise KeysUnusable(
            f"{folder / VAPID_PUBLIC} is there but {VAPID} is not. Restore {VAPID} from the backup, or remove "
            f"{VAPID_PUBLIC} to begin anew; every browser must then subscribe again."
        )
    _create(folder / SECRET, lambda: secrets.token_bytes(SECRET_BYTES))
    _create(folder / RECEIPT, lambda: _pem(Ed25519PrivateKey.generate()))
    _create(folder / VAPID, lambda: _pem(ec.generate_private_key(ec.SECP256R1())))
    _create(folder / VAPID_PUBLIC, lambda: public_text(_read_vapid(folder)).encode())
    return load_keys(folder)


def load_keys(folder: Path) -> Keys:
    """Read the keys and prove that they fit together; raises `KeysUnusable`."""
    secret = _read(folder / SECRET)
    if len(secret) < SECRET_BYTES:
        raise KeysUnusable(f"{folder / SECRET} is shorter than {SECRET_BYTES} bytes. Restore it from the backup.")
    keys = Keys(secret, _read_receipt(folder), _read_vapid(folder))
    if _read(folder / VAPID_PUBLIC).decode(errors="replace").strip() != keys.vapid_public:
        raise KeysUnusable(
            f"{folder / VAPID} and {VAPID_PUBLIC} are not a pair: browsers that subscribed with one cannot be "
            "reached with the other. Restore both from the same backup."
        )
    return keys


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half as base64url of the uncompressed point, without padding."""
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _read_receipt(folder: Path) -> Ed25519PrivateKey:
    key = _read_private(folder / RECEIPT)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysUnusable(f"{folder / RECEIPT} is not an Ed25519 private key. Restore it from the backup.")
    return key


def _read_vapid(folder: Path) -> ec.EllipticCurvePrivateKey:
    key = _read_private(folder / VAPID)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeysUnusable(f"{folder / VAPID} is not a P-256 private key. Restore it from the backup.")
    return key


def _read_private(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysUnusable(f"{path} is not a private key in PEM form. Restore it from the backup.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeysUnusable(f"{path} is missing. Run `guidance init`, or restore it from the backup.") from error
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from error


def _pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _create(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file whole or not at all, and never over one that is there."""
    if path.exists():
        return
    draft = write_new_draft(path, content(), 0o600)
    try:
        name_new(draft, path)
    except FileExistsError:
        draft.unlink()  # another process made it first, and its key is as good
