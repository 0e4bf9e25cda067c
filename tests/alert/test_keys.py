from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guidance.keys import KeysUnusable, load_keys, make_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys"


def test_keys_are_made_once_and_read_again(folder: Path) -> None:
    made = make_keys(folder)
    again, read = make_keys(folder), load_keys(folder)
    assert made.secret == again.secret == read.secret
    assert made.vapid_public == again.vapid_public == read.vapid_public
    assert made.receipt.public_key() == again.receipt.public_key() == read.receipt.public_key()
    assert isinstance(made.vapid.curve, ec.SECP256R1)


def test_only_the_services_own_user_can_read_them(folder: Path) -> None:
    make_keys(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_two_that_make_keys_at_once_end_with_the_same(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make_keys(folder), range(8)))
    assert len({keys.secret for keys in made}) == 1
    assert len({keys.vapid_public for keys in made}) == 1
    assert len(list(folder.iterdir())) == 4


def test_a_missing_key_is_made_and_no_other_is_touched(folder: Path) -> None:
    made = make_keys(folder)
    (folder / "receipt.pem").unlink()
    again = make_keys(folder)
    assert again.vapid_public == made.vapid_public
    assert again.receipt.public_key() != made.receipt.public_key()


@pytest.mark.parametrize("name", ["secret", "receipt.pem", "vapid.pem", "vapid.pub"])
def test_a_start_without_a_key_is_refused_by_its_name(folder: Path, name: str) -> None:
    make_keys(folder)
    (folder / name).unlink()
    with pytest.raises(KeysUnusable, match=name.replace(".", r"\.")):
        load_keys(folder)


@pytest.mark.parametrize("name", ["secret", "receipt.pem", "vapid.pem"])
def test_a_damaged_key_is_refused_by_its_name(folder: Path, name: str) -> None:
    make_keys(folder)
    (folder / name).write_bytes(b"damaged")
    with pytest.raises(KeysUnusable, match=name.replace(".", r"\.")):
        load_keys(folder)


def test_keys_in_each_others_place_are_refused(folder: Path) -> None:
    make_keys(folder)
    receipt = (folder / "receipt.pem").read_bytes()
    (folder / "receipt.pem").write_bytes((folder / "vapid.pem").read_bytes())
    with pytest.raises(KeysUnusable, match="Ed25519"):
        load_keys(folder)
    (folder / "vapid.pem").write_bytes(receipt)
    (folder / "receipt.pem").write_bytes(receipt)
    with pytest.raises(KeysUnusable, match="P-256"):
        load_keys(folder)


def test_halves_that_are_no_pair_are_refused_and_never_replaced(folder: Path, tmp_path: Path) -> None:
    make_keys(folder)
    other = make_keys(tmp_path / "other")
    assert other.vapid_public
    (folder / "vapid.pem").write_bytes((tmp_path / "other" / "vapid.pem").read_bytes())
    with pytest.raises(KeysUnusable, match="not a pair"):
        load_keys(folder)
    (folder / "vapid.pem").unlink()
    with pytest.raises(KeysUnusable, match="Restore"):
        make_keys(folder)
    assert not (folder / "vapid.pem").exists()
