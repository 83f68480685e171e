import pytest

from tools.ensure_mongod import NoDatabaseError, ensure_mongod


class Machine:
    """A machine whose MongoDB has the version `before`, and `after` once the fallback is installed; None: none runs."""

    def __init__(self, *, before: str | None, after: str | None = None):
        self.version, self.after, self.installed = before, after, False

    def find_version(self) -> str | None:
        return self.version

    def install(self) -> None:
        self.version, self.installed = self.after, True


def ensure(machine: Machine, database_uri: str | None = None) -> str:
    return ensure_mongod(database_uri, find_version=machine.find_version, install=machine.install)


def test_a_mongodb_that_runs_is_never_replaced():
    machine = Machine(before="7.0.28", after="6.0.5")

    assert "7.0.28" in ensure(machine)
    assert not machine.installed


def test_the_fallback_is_installed_where_fiftyone_has_no_mongodb_that_runs():
    machine = Machine(before=None, after="6.0.5")

    assert "6.0.5" in ensure(machine)
    assert machine.installed


def test_a_server_of_the_users_own_is_left_to_the_user_and_its_password_is_not_shown():
    machine = Machine(before=None)

    assert "secret" not in ensure(machine, "mongodb://anna:secret@database.example.org")
    assert not machine.installed


def test_where_the_fallback_does_not_run_either_the_user_hears_what_to_do():
    with pytest.raises(NoDatabaseError, match="FIFTYONE_DATABASE_URI=mongodb"):
        ensure(Machine(before=None, after=None))
