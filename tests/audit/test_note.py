"""Signed notes, against the example of Go's `golang.org/x/mod/sumdb/note`."""

from __future__ import annotations

import pytest

from modengine.audit.tree.note import (
    Checkpoint,
    NoteError,
    SignerKey,
    VerifierKey,
    parse_checkpoint,
    signed_by,
    split,
    unsigned,
)

PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
CHECKPOINT = Checkpoint("modengine.audit/0", 3, b"\x01" * 32)


def test_keys_are_written_as_go_writes_them() -> None:
    key = SignerKey.parse(PRIVATE)
    assert str(key) == PRIVATE
    assert str(key.verifier) == PUBLIC
    assert "AYEK" not in repr(key)


def test_notes_are_signed_as_go_signs_them() -> None:
    assert SignerKey.parse(PRIVATE).sign(TEXT) == NOTE
    assert signed_by(NOTE, VerifierKey.parse(PUBLIC))


def test_a_changed_text_is_not_signed() -> None:
    assert not signed_by(NOTE.replace("answer", "question"), VerifierKey.parse(PUBLIC))


def test_another_key_of_the_same_name_is_not_the_signer() -> None:
    assert not signed_by(NOTE, SignerKey("PeterNeumann", b"\x07" * 32).verifier)


def test_a_checkpoint_comes_back() -> None:
    found, signatures = parse_checkpoint(SignerKey.parse(PRIVATE).sign(CHECKPOINT.text()))
    assert found == CHECKPOINT
    assert [signature.name for signature in signatures] == ["PeterNeumann"]
    assert parse_checkpoint(unsigned(CHECKPOINT.text())) == (CHECKPOINT, ())


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\n\n"])
def test_empty_lines_at_the_end_do_not_count(end: str) -> None:
    assert signed_by(NOTE.rstrip("\n") + end, VerifierKey.parse(PUBLIC))
    assert parse_checkpoint(CHECKPOINT.text().rstrip("\n") + end) == (CHECKPOINT, ())


@pytest.mark.parametrize("note", [unsigned(CHECKPOINT.text()), SignerKey.parse(PRIVATE).sign(CHECKPOINT.text())])
def test_several_checkpoints_in_a_file_are_not_taken_for_the_first(note: str) -> None:
    for more in (note, "\n" + note, CHECKPOINT.text()):
        with pytest.raises(NoteError):
            parse_checkpoint(note + more)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n3\n",
        "origin\n03\n" + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" + "\n\n",
        "origin\n-3\nAQEB\n\n",
        "origin\n3\nAQEB\n\n",
        "\n3\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(text)


@pytest.mark.parametrize("key", ["", "a+b", "a+00000000+AAAA", PUBLIC.replace("c74f", "c74e"), PRIVATE])
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(key)


def test_a_malformed_signature_line_is_refused() -> None:
    with pytest.raises(NoteError):
        split(TEXT + "\n- PeterNeumann x08go=\n")
