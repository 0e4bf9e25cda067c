from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guidance.people.tokens import ALPHABET, CODE_LENGTH, new_code, new_token, read_code, show_code, token_hash

codes = st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@given(codes)
def test_a_code_that_is_shown_reads_back_as_itself(code: str) -> None:
    assert read_code(show_code(code)) == code


@given(codes)
def test_case_spaces_and_dashes_do_not_matter(code: str) -> None:
    assert read_code(" ".join(code.lower())) == code
    assert read_code(f"  {code[:3]}-{code[3:]} ") == code


def test_letters_that_look_like_digits_count_as_those() -> None:
    assert read_code("OIL00-00000") == "0110000000"


@given(st.text(max_size=60))
def test_whatever_is_typed_reads_as_a_code_or_as_none(typed: str) -> None:
    code = read_code(typed)
    assert code is None or (len(code) == CODE_LENGTH and set(code) <= set(ALPHABET))


def test_secrets_do_not_repeat_and_hold_enough_bits() -> None:
    assert len({new_token() for _ in range(200)}) == len({new_code() for _ in range(200)}) == 200
    assert len(new_token()) >= 43  # 256 bits in base64url
    assert len(ALPHABET) ** CODE_LENGTH >= 2**40


def test_a_hash_does_not_contain_its_secret() -> None:
    assert "secret" not in token_hash("secret")
    assert token_hash("a") != token_hash("b")
