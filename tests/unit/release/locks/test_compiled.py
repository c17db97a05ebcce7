"""Why uv made no lock, by its output."""

from understudy.errors import StepFailed, Unreachable
from understudy.release.locks.compiled import failure

NO_NETWORK = """\
error: Request failed after 3 retries in 3.5s
  cause: Failed to fetch: https://pypi.example.com/simple/django-imagekit/
  cause: error sending request for url (https://pypi.example.com/simple/django-imagekit/)
  cause: client error (Connect)
  cause: dns error
"""
NO_VERSION = """\
  x No solution found when resolving dependencies:
  `-> Because there is no version of django==99 and you require django==99, we can conclude that your
      requirements are unsatisfiable.
"""


def test_index_that_does_not_answer_is_named() -> None:
    found = failure(NO_NETWORK, "requirements.txt", "3.11.2")

    assert isinstance(found, Unreachable)
    assert found.summary == "the package index https://pypi.example.com can't be reached"
    assert "dns error" in found.details
    assert "requirements.txt" in found.hint


def test_versions_that_do_not_fit_are_not_taken_for_a_lost_network() -> None:
    found = failure(NO_VERSION, "requirements.txt", "3.11.2")

    assert isinstance(found, StepFailed)
    assert "django==99" in found.details
    assert "network" not in found.hint
