"""On which providers is measured."""

from types import ModuleType

import pytest

from benchmarks import budgets, plan, rehearsals
from benchmarks.plan import Plan
from benchmarks.samples import NO_VM
from understudy.rehearsal import phases


def words(*wanted: str, container: bool = True) -> list[str]:
    found = plan.providers(wanted, accelerator="qemu", container=container)
    return [provider.word for provider in found]


def test_without_a_wish_all_that_this_machine_has_are_measured_the_fastest_first() -> None:
    assert words() == ["lxc", "libvirt"]
    assert words(container=False) == ["libvirt"]


def test_those_that_are_asked_for_are_measured() -> None:
    assert words("libvirt") == ["libvirt"]


def test_provider_that_cannot_run_here_is_refused() -> None:
    with pytest.raises(ValueError, match="this machine has libvirt, not lxc"):
        words("lxc", container=False)
    with pytest.raises(ValueError, match="lxc and libvirt, not virtualbox"):
        words("virtualbox")


def test_label_says_how_fast_the_vm_is_and_keeps_the_word() -> None:
    labels = {
        found.label: found.word
        for accelerator in ("kvm", "qemu")
        for found in plan.providers((), accelerator=accelerator, container=True)
    }
    assert labels == {"lxc": "lxc", "libvirt by kvm": "libvirt", "libvirt by qemu": "libvirt"}
    assert {plan.word_of(label) for label in labels} == {"lxc", "libvirt"}


def test_quick_run_measures_each_figure_in_one_round() -> None:
    assert (Plan((), quick=True).rounds(3), Plan(()).rounds(3)) == (1, 3)


@pytest.mark.parametrize("what", [*budgets.SECONDS.items(), *rehearsals.SECONDS.items()])
def test_each_verb_has_a_budget_on_each_provider(what: tuple[str, dict[str, float]]) -> None:
    assert set(what[1]) in ({"lxc", "libvirt"}, {plan.word_of(NO_VM)})


def test_phases_that_molecule_has_as_well_are_phases_of_a_rehearsal() -> None:
    assert set(rehearsals.PHASES) <= set(phases.NAMES)


@pytest.mark.parametrize("part", [budgets, rehearsals])
def test_each_verb_with_a_budget_has_a_reference(part: ModuleType) -> None:
    """Or the load of the machine would look like a regression."""
    assert set(part.SECONDS) <= set(part.REFERENCES)
