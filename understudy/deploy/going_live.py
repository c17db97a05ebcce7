"""What is noted while a release goes live on a host, for the answer of a deploy or a rollback."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from understudy.deploy.desired import DesiredState
from understudy.deploy.went_live import Requests, WentLive
from understudy.errors import StepFailed
from understudy.host.actions import Action, Switch
from understudy.job import Job

Kind = TypeVar("Kind", bound=WentLive)


@dataclass
class GoingLive:
    """began: by time.monotonic(). previous: the release that is live before. failure: of requests that were
    lost, although the release is live. The rest: see WentLive.
    """

    previous: str | None
    began: float = field(default_factory=time.monotonic)
    switched_at: datetime | None = None
    requests: Requests | None = None
    failure: StepFailed | None = None

    def note(self, action: Action, output: str) -> None:
        """To be called after each action, with what it printed."""
        if isinstance(action, Switch):
            self.switched_at = datetime.now(UTC)

    def report(
        self, job: Job, kind: type[Kind], desired: DesiredState, *, changed: bool = True
    ) -> None:
        """To be called once the release is live. Raises StepFailed if requests were lost."""
        answer = kind(
            target=job.target_name,
            host=desired.target.address,
            release=desired.release.id,
            commit=desired.release.commit,
            previous=self.previous,
            url=desired.target.origin,
            changed=changed,
            switched_at=self.switched_at,
            seconds=round(time.monotonic() - self.began, 1),
            requests=self.requests,
        )
        job.report.answer(answer)
        if self.failure:
            raise self.failure
