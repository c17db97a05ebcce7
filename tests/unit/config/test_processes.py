import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.model import Config


def parsed(more: str) -> Config:
    return configuration.parse(TEXT + more)


def mistake_in(more: str) -> str:
    return "\n".join(mistakes(TEXT + more))


def with_worker(more: str = "") -> str:
    return f"processes:\n  worker: {{command: celery -A shop worker{more}}}\n"


class TestProcess:
    def test_has_defaults(self) -> None:
        worker = parsed(with_worker()).processes["worker"]
        assert worker.command == ("celery", "-A", "shop", "worker")
        assert (worker.count, worker.single, worker.stop_signal) == (1, False, "TERM")
        assert (worker.stop_timeout, worker.memory_max, worker.ready_seconds) == (60, None, 3)

    @pytest.mark.parametrize(
        ("ready", "seconds", "command"),
        [("5", 5, ()), ("notify", 0, ()), ("[python, -m, ping]", 0, ("python", "-m", "ping"))],
    )
    def test_is_ready_by_one_sign(self, ready: str, seconds: int, command: tuple[str, ...]) -> None:
        worker = parsed(with_worker(f", ready: {ready}")).processes["worker"]
        assert (worker.ready_seconds, worker.ready_command) == (seconds, command)

    @pytest.mark.parametrize(
        ("more", "mistake"),
        [
            (", single: true, count: 2", "processes.worker.count: must be 1 with `single`"),
            (", stop_signal: KILL", "processes.worker.stop_signal: must be TERM, INT"),
            (", ready: 0", "processes.worker.ready: must be 1 to 600 seconds"),
            (", ready: true", "processes.worker.ready: must be a number of seconds, notify, or"),
            (", memory_max: lots", "processes.worker.memory_max: must be a number with K, M or G"),
        ],
    )
    def test_refuses_what_can_not_be(self, more: str, mistake: str) -> None:
        assert mistake in mistake_in(with_worker(more))

    @pytest.mark.parametrize("name", ["web", "migrating", "Worker", "a--b", "a-", "a.b", "-a"])
    def test_has_a_name_that_a_unit_can_have(self, name: str) -> None:
        assert "not web" in mistake_in(f"processes: {{{name}: {{command: celery}}}}\n")

    def test_needs_a_command(self) -> None:
        assert "processes.worker.command: missing" in mistake_in("processes: {worker: {}}\n")
