"""The differences that a plan shows between the files of a host and those of a deploy."""

from dataclasses import replace
from pathlib import PurePosixPath

from tests.unit.fakes import facts, manifest
from tests.unit.plans import CURRENT, NEW, NGINX, OLD, desired_state, live_host
from understudy.deploy.desired import DesiredState
from understudy.deploy.preview import changes
from understudy.host.facts import ObservedState
from understudy.release.render import RenderedFile


def diffs(desired: DesiredState, observed: ObservedState) -> list[str]:
    return [change.text() for change in changes(desired, observed)]


def test_diff_shows_the_hosts_text_first() -> None:
    [diff] = diffs(
        desired_state(), live_host(files={**live_host().files, NGINX: "server { by hand }\n"})
    )

    assert diff.splitlines() == [
        f"--- host:{NGINX}",
        f"+++ desired:{NGINX}",
        "@@ -1 +1 @@",
        "-server { by hand }",
        "+server {}",
    ]


def test_diff_leaves_out_the_release_id() -> None:
    observed = live_host(manifest(OLD))

    assert diffs(desired_state(), observed) == []


def test_changed_value_of_the_environment_is_in_the_diff() -> None:
    files = {**live_host().files, f"{CURRENT}/environment": f"RELEASE={OLD}\nX=0\n"}

    [diff] = diffs(desired_state(), live_host(manifest(OLD), files=files))

    assert [line for line in diff.splitlines() if line[:2] in ("-X", "+X")] == ["-X=0", "+X=1"]
    assert "RELEASE=ID" in diff


def test_first_deploy_shows_the_values_of_deploy_yml_and_names_the_other_files() -> None:
    tools = RenderedFile(PurePosixPath(f"/srv/shop/releases/{NEW}/commands.py"), "a\nb\n")
    desired = desired_state()
    desired = replace(desired, release_files=(*desired.release_files, tools))

    found = diffs(desired, facts())

    shown = [diff for diff in found if not diff.startswith("new: ")]
    assert [diff.splitlines()[1] for diff in shown] == [f"+++ desired:{CURRENT}/environment"]
    assert f"new: {NGINX}, 1 line\n" in found
    assert f"new: {CURRENT}/commands.py, 2 lines\n" in found


def test_pages_of_errors_that_no_query_reads_are_not_new_each_time() -> None:
    page = RenderedFile(PurePosixPath(f"/srv/shop/releases/{NEW}/understudy-error-404.html"), "a\n")
    desired = desired_state()
    desired = replace(desired, release_files=(*desired.release_files, page))

    assert diffs(desired, live_host()) == diffs(desired_state(), live_host())


def test_host_file_without_a_line_end_does_not_run_into_the_next_line() -> None:
    [diff] = diffs(desired_state(), live_host(files={**live_host().files, NGINX: "by hand"}))

    assert diff.splitlines()[-3:] == ["-by hand", "\\ no newline at its end", "+server {}"]
