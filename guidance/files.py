"""Files written so that a crash or a full disk leaves the old one or the new one, whole.

The order is always: a draft beside the target, its content on the disk, then the name, then the folder on the disk.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk: a new name may otherwise be gone after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Put a file's content on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_empty(path: Path, mode: int = 0o600) -> None:
    """Make a new, empty file; `FileExistsError` when there is one."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))


def write_new_draft(path: Path, content: bytes, mode: int) -> Path:
    """Write a draft for `path` in the same folder, on the disk, under a name that nobody else uses."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put content in the place of a file: readers see all of the old or all of the new, also after a power cut."""
    draft = write_new_draft(path, content, mode)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def name_new(draft: Path, path: Path) -> None:
    """Give a finished draft its name, never over a file that has it (`FileExistsError`), and put both on the disk."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links, such as a USB stick's: the name is taken first, then filled in one step.
        create_empty(path)
        draft.replace(path)
    draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def give_owner_of(path: Path, folder: Path) -> None:
    """Let a file belong to whoever owns the folder. The administrator may run a command that the service lives with."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
