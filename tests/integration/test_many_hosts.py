"""Two real hosts of one target: which are deployed to, in which order, and where a deploy stops."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration import production
from tests.integration.hardware import FIRST, SECOND
from tests.integration.production import Production
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]

BOTH = [FIRST.address, SECOND.address]


@dataclass(frozen=True)
class Pair:
    """An app and its target of two hosts."""

    app: Staging
    first: Production
    second: Production

    def deploy_py(self, verb: str, *words: str) -> Answer:
        return self.app.deploy_py(verb, "--target", "pair", *words)

    def retitle(self, title: str) -> None:
        """A new version of the code."""
        Site(self.app).retitle(title)

    def titles(self) -> list[str]:
        """The version that each host shows to a visitor."""
        return [Site(self.app, address=address).title() for address in BOTH]

    def releases(self) -> list[str]:
        """The id of the release that each host's page names."""
        pages = [Site(self.app, address=address).get().text for address in BOTH]
        return [re.findall(r'<meta name="release" content="([^"]+)">', page)[0] for page in pages]


def turns(answer: Answer) -> list[str]:
    """The hosts in the order of the output's lines: each once, if one host followed the other."""
    hosts = re.findall(r"^(?:\S )?(10\.157\.57\.\d+): ", answer.text, re.MULTILINE)
    return [host for host, _ in groupby(hosts)]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    try:
        yield production.start(tmp_path_factory.mktemp("pair"))
    finally:
        production.remove()


@pytest.fixture(scope="module")
def app(first: Production, tmp_path_factory: pytest.TempPathFactory) -> Staging:
    def add_pair(settings: dict[str, Any]) -> None:
        pair = first.target("todo.test", addresses=BOTH, max_unavailable=1, require_receipt=False)
        del pair["address"]
        settings["targets"]["pair"] = pair

    return make_app(PROJECT / "example", tmp_path_factory.mktemp("app"), add_pair)


@pytest.fixture(scope="module")
def pair(app: Staging, first: Production) -> Pair:
    """Both provisioned. The second is a copy of the first, because provisioning takes minutes."""
    provisioned = app.deploy_py("provision", "--target", "pair", "--host", FIRST.address)
    assert provisioned.code == 0
    assert turns(provisioned) == [FIRST.address]
    return Pair(app, first, production.start_twin(first))


@pytest.fixture(scope="module")
def deployed(pair: Pair) -> Answer:
    """The first deploy to both."""
    pair.retitle("one")
    answer = pair.deploy_py("deploy")
    assert answer.code == 0
    return answer


def test_both_serve_the_same_release_one_after_the_other(deployed: Answer, pair: Pair) -> None:
    assert turns(deployed) == BOTH
    assert pair.titles() == ["one", "one"]
    assert len(set(pair.releases())) == 1


def test_with_nothing_to_do_both_are_only_queried(deployed: Answer, pair: Pair) -> None:
    [release] = set(pair.releases())
    answer = pair.deploy_py("deploy")
    assert answer.code == 0
    for host in BOTH:
        assert f"{host}: {release} is already live on pair: nothing to do" in answer.text
    assert turns(answer) == BOTH
    assert "✓" not in answer.text, "a step was taken"


def test_broken_release_stops_at_the_first_host(deployed: Answer, pair: Pair) -> None:
    before, on_second = pair.releases(), pair.second.ssh("ls /srv/todo/releases")
    pair.app.replace(
        "lists/views.py", r'HttpResponse\("ok",', 'HttpResponse("out of order", status=503,'
    )
    pair.app.commit("unhealthy")
    answer = pair.deploy_py("deploy")
    pair.app.undo_commits(1)
    assert answer.code == 1
    assert turns(answer) == [FIRST.address]
    assert f"error: pair: {FIRST.address} failed; 1 not begun" in answer.text
    assert re.search(rf"  {FIRST.address}: failed: release \S+ is not healthy", answer.text)
    assert "out of order" in answer.text
    assert f"  {SECOND.address}: not begun" in answer.text
    assert pair.releases() == before
    assert pair.second.ssh("ls /srv/todo/releases") == on_second


def test_good_release_goes_to_both_at_once_if_both_may_be_unavailable(
    deployed: Answer, pair: Pair, tmp_path: Path
) -> None:
    settings = yaml.safe_load(pair.app.config.read_text())
    settings["targets"]["pair"]["max_unavailable"] = 2
    config = tmp_path / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))
    pair.retitle("two")
    answer = replace(pair, app=Staging(pair.app.repository, config)).deploy_py("deploy")
    assert answer.code == 0
    assert len(turns(answer)) > 2, "steps on one while the other was at work"
    assert pair.titles() == ["two", "two"]
    assert len(set(pair.releases())) == 1


def ensure_a_release_before(pair: Pair) -> None:
    """Does nothing if an earlier test has deployed a second one."""
    if pair.first.ssh("test -e /srv/todo/previous || echo none"):
        pair.retitle("two")
        assert pair.deploy_py("deploy").code == 0


def test_rollback_takes_both_back(deployed: Answer, pair: Pair) -> None:
    ensure_a_release_before(pair)
    answer = pair.deploy_py("rollback")
    assert answer.code == 0
    assert turns(answer) == BOTH
    assert pair.titles() == ["one", "one"]


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("status", r"  {release} is live \(commit .*\), running$"),
        ("releases", r"{release}  \S+  live "),
        ("secrets list", r"SECRET_KEY$"),
    ],
    ids=["status", "releases", "secrets"],
)
def test_both_hosts_are_listed_in_their_order(
    verb: str, line: str, deployed: Answer, pair: Pair
) -> None:
    [release] = set(pair.releases())
    answer = pair.deploy_py(*verb.split())
    assert answer.code == 0
    assert turns(answer) == BOTH
    for host in BOTH:
        expected = rf"^{host}: {line.format(release=release)}"
        assert re.search(expected, answer.text, re.MULTILINE)


@pytest.fixture(scope="module")
def deployed_alone(deployed: Answer, pair: Pair) -> Answer:
    """A deploy to the second host only."""
    pair.retitle("three")
    answer = pair.deploy_py("deploy", "--host", SECOND.address)
    assert answer.code == 0
    return answer


def test_chosen_host_is_deployed_to_alone(deployed_alone: Answer, pair: Pair) -> None:
    assert turns(deployed_alone) == [SECOND.address]
    assert pair.titles() == ["one", "three"]


def test_deploy_to_all_brings_the_other_to_the_same_release(
    deployed_alone: Answer, pair: Pair
) -> None:
    answer = pair.deploy_py("deploy")
    assert answer.code == 0
    assert re.search(rf"{SECOND.address}: \S+ is already live on pair", answer.text)
    assert turns(answer) == [SECOND.address, FIRST.address]
    assert pair.titles() == ["three", "three"]
    assert len(set(pair.releases())) == 1


def test_no_host_is_changed_while_one_is_off_and_both_are_when_it_is_back(
    deployed: Answer, pair: Pair
) -> None:
    before, on_first = pair.titles(), pair.first.ssh("ls /srv/todo/releases")
    pair.retitle("four")
    pair.second.cut_power()
    answer = pair.deploy_py("deploy")
    unchanged = pair.first.ssh("ls /srv/todo/releases") == on_first
    pair.second.power_on()
    pair.second.wait_until_booted()
    assert answer.code == 4
    assert turns(answer) == []
    assert f"error: pair: {SECOND.address} failed; nothing was changed" in answer.text
    assert re.search(rf"  {SECOND.address}: failed: .* no SSH connection", answer.text)
    assert unchanged
    assert pair.titles() == before

    answer = pair.deploy_py("deploy")
    assert answer.code == 0
    assert turns(answer) == BOTH
    assert pair.titles() == ["four", "four"]
