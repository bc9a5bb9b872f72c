"""Five wrong passwords from one address, and it waits; nobody else does."""

from datetime import timedelta

from dashboard.attempts import ADDRESSES, AT_MOST, WITHIN, Attempts
from tests.builders.tickets import NOW, minutes


def test_the_fifth_wrong_password_makes_the_address_wait() -> None:
    attempts = Attempts()
    for second in range(AT_MOST):
        assert attempts.wait("a", NOW) is None
        attempts.note_wrong("a", NOW + timedelta(seconds=second))

    assert attempts.wait("a", NOW + minutes(4)) == minutes(6)
    assert attempts.wait("b", NOW + minutes(4)) is None


def test_the_wait_ends() -> None:
    attempts = Attempts()
    for _ in range(AT_MOST):
        attempts.note_wrong("a", NOW)

    assert attempts.wait("a", NOW + WITHIN - timedelta(seconds=1)) is not None
    assert attempts.wait("a", NOW + WITHIN) is None


def test_the_right_password_forgives() -> None:
    attempts = Attempts()
    for _ in range(AT_MOST):
        attempts.note_wrong("a", NOW)

    attempts.forget("a")

    assert attempts.wait("a", NOW) is None


def test_many_addresses_do_not_fill_the_memory() -> None:
    attempts = Attempts()
    for number in range(ADDRESSES + 50):
        attempts.note_wrong(str(number), NOW)

    assert len(attempts._wrong) == ADDRESSES
