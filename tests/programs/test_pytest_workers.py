"""Browser tests in several workers of pytest-xdist: what they share, who waits for whom, one that dies."""

import re
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from tests.unit.fakes import TOP, settings
from understudy.rehearsal.pytest_process import PytestProcess
from understudy.report.junit import read_tests
from understudy.testing import checks

CHECKS = Path(checks.__file__).parent
OPTIONS = ("-p", "no:cacheprovider", "-n", "2", "--dist", "load")
PLUGIN = ("-p", "understudy.testing.plugin")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    (tmp_path / "deploy.yml").write_text(
        yaml.safe_dump(settings(target={"address": "127.0.0.1", "disposable": True}))
    )
    (tmp_path / "functional_tests").mkdir()
    return tmp_path


def put(project: Path, text: str, name: str = "test_it") -> None:
    (project / "functional_tests" / f"{name}.py").write_text(dedent(text))


def run(project: Path, *words: str) -> str:
    command = [sys.executable, "-m", "pytest", *PLUGIN, *OPTIONS, "--target", "staging", *words]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_worker_that_dies_is_a_failure_with_its_tests_name(project: Path) -> None:
    put(
        project,
        """
        import os, signal
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_other(number, site): pass

        def test_deadly(site): os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    words = ["functional_tests", "--target", "staging", *OPTIONS]
    failed: list[tuple[str, str]] = []

    with PytestProcess(words, project) as process:
        process.let_go(lambda *found: failed.append(found))
        output, code = process.wait()
        tests = {test["name"]: test for test in read_tests(process.results.read_text())}

    [(name, reason)] = failed
    assert (code, name) == (1, "functional_tests/test_it.py::test_deadly"), output
    assert "crashed while running" in reason
    assert tests["test_deadly"]["outcome"] in ("failed", "error")
    assert "crashed while running" in tests["test_deadly"]["message"]
    assert [tests[f"test_other[{number}]"]["outcome"] for number in range(6)] == ["passed"] * 6


def test_workers_wait_until_they_are_let_go(project: Path) -> None:
    put(
        project,
        """
        from pathlib import Path

        def test_one(site): Path("ran").touch()
        def test_two(site): pass
        """,
    )
    with PytestProcess(["functional_tests", "--target", "staging", *OPTIONS], project) as process:
        time.sleep(4)
        assert not (project / "ran").exists()
        process.let_go(lambda name, reason: None)
        output, code = process.wait()

    assert code == 0, output
    assert (project / "ran").exists()


def test_test_that_destroys_data_runs_while_no_other_of_the_site_does(project: Path) -> None:
    put(
        project,
        """
        import time
        from pathlib import Path
        import pytest

        @pytest.fixture
        def others(request):
            mine = Path(f"running-{request.node.name}")
            mine.touch()
            time.sleep(0.1)
            yield [path for path in Path().glob("running-*") if path != mine]
            mine.unlink()

        @pytest.mark.parametrize("number", range(8))
        def test_writes(number, site, others): time.sleep(0.1)

        @pytest.mark.parametrize("number", range(3))
        @pytest.mark.destroys_data
        def test_deletes(number, others): assert others == []
        """,
    )

    assert "11 passed" in run(project, "functional_tests", "-p", "no:randomly")


def test_what_is_shared_is_made_once(project: Path) -> None:
    put(
        project,
        """
        import os
        from pathlib import Path
        import pytest
        from understudy.testing import workers

        def make():
            Path(f"made-by-{os.getpid()}").touch()
            return {"one": 1}

        @pytest.mark.parametrize("number", range(4))
        def test_result(number, pytestconfig):
            assert workers.once(pytestconfig, "answer", make) == {"one": 1}
        """,
    )

    assert "4 passed" in run(project, "functional_tests")
    assert len(list(project.glob("made-by-*"))) == 1


def test_nothing_is_left_of_what_workers_share(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    put(project, "def test_one(site): pass\ndef test_two(site): pass\n")

    assert "2 passed" in run(project, "functional_tests")
    assert list((tmp_path / "temporary").glob("understudy-*")) == []


def test_mail_without_an_address_is_refused_among_workers(project: Path) -> None:
    put(
        project,
        """
        import pytest
        from understudy.testing import workers

        class Reader:
            def newest(self): return ""
            def since(self, name): return ()

        @pytest.fixture
        def understudy_mails(): return [Reader()]

        def test_any(outbox): outbox.wait_for(subject="Your link", timeout=0)
        def test_own(outbox): assert outbox.mails(to="ann@example.com") == []
        """,
    )
    output = run(project, "functional_tests")

    assert "1 failed, 1 passed" in output
    assert "name an address that only this test has" in output


@pytest.mark.needs("chromium", "chromedriver")
def test_checks_of_every_site_end_with_a_result_for_each_in_two_workers(project: Path) -> None:
    """Whatever they find here: one worker looks at the site, and the other one takes its results."""
    output = run(project, str(CHECKS), "-c", str(CHECKS / "checks.ini"))

    assert "INTERNALERROR" not in output
    [items] = re.findall(r"2 workers \[(\d+) items\]", output)
    last = output.rstrip().splitlines()[-1]
    counts = re.findall(r"(\d+) (?:passed|failed|skipped|errors?)", last)
    assert sum(map(int, counts)) == int(items) > 10, output
