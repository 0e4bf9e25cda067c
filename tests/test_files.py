"""A file is written whole or not at all, on a full disk too, and a new one never over another."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guidance.files import name_new, write_new_draft, write_whole
from guidance.keys import make_keys, missing_keys
from guidance.translations import catalogs


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """A disk with little room, for this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    write_whole(path, b"first" * 1000, 0o600)
    with pytest.raises(OSError, match="large"), room_for(4096):
        write_whole(path, b"second" * 10_000, 0o600)
    assert path.read_bytes() == b"first" * 1000 and list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_does_not_cut_a_catalog_of_translations(tmp_path: Path) -> None:
    catalogs.write("es", catalogs.read("es"), tmp_path)
    before = catalogs.po_path("es", tmp_path).read_bytes()
    with pytest.raises(OSError, match="large"), room_for(4096):
        catalogs.write("es", catalogs.read("es"), tmp_path)
    assert catalogs.po_path("es", tmp_path).read_bytes() == before
    with pytest.raises(OSError, match="large"), room_for(4096):
        catalogs.compile_all(["es"], tmp_path)
    assert not list(tmp_path.rglob("*.mo*"))


def test_a_full_disk_leaves_no_half_a_key(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="large"), room_for(16):
        make_keys(tmp_path / "keys")
    assert list((tmp_path / "keys").iterdir()) == []
    make_keys(tmp_path / "keys")
    assert missing_keys(tmp_path / "keys") == []


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_new_file_is_never_named_over_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "copy"
    name_new(write_new_draft(path, b"first", 0o600), path)
    draft = write_new_draft(path, b"second", 0o600)
    with pytest.raises(FileExistsError):
        name_new(draft, path)
    assert path.read_bytes() == b"first" and draft.read_bytes() == b"second"
