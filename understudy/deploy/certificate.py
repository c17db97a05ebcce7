"""When a deploy asks for a certificate (`https: auto`), and what happens if there is none. Pure."""

from understudy.commands import site
from understudy.deploy.desired import DesiredState, installed_nginx
from understudy.host.actions import Run
from understudy.host.certificates import DAYS_TO_FAIL, CertificateState
from understudy.host.facts import ObservedState

# Of an issuer that is slow and validates from several places.
_SECONDS = 900
_SELF_SIGNED = (
    "no certificate was issued, for the reason below. The site is served with a self-signed one, which "
    "browsers warn of. Deploy again when the reason is gone."
)
_STILL_VALID = (
    "no certificate was issued, for the reason below. The one before is still served. Deploy again when "
    "the reason is gone."
)


def actions(desired: DesiredState, observed: ObservedState) -> list[Run]:
    """None if the host has a good certificate, or the target no `https: auto`."""
    title = _title(desired, observed)
    if not title:
        return []
    target, acme = desired.target, desired.target.acme
    command = site.certificate(
        desired.app.name,
        acme.directory,
        (*acme.challenge, *target.names),
        terms=acme.terms,
        email=acme.email,
        ca=desired.acme_ca,
    )
    return [Run(title, command, seconds=_SECONDS, warning=_warning(desired, observed))]


def must_answer_first(desired: DesiredState, observed: ObservedState) -> bool:
    """Whether the site's nginx file is of a time when it had no HTTPS, and passes challenges on to the app."""
    installed = installed_nginx(desired, observed)
    return bool(installed and _title(desired, observed)) and "/acme-challenge/" not in installed


def explain(output: str) -> str:
    """The cause and what to try, if that output of a step shows why there is no certificate."""
    # Only a failure needs them.
    from understudy.diagnosis.causes import certificates, dns_challenges
    from understudy.diagnosis.known_facts import KnownFacts
    from understudy.diagnosis.rules import diagnose

    rules = (*dns_challenges.RULES, *certificates.RULES)
    found = diagnose({"step": output, "said": output}, KnownFacts(), rules)
    return "".join(f"cause: {cause.sentence}\ntry: {cause.hint}" for cause in found[:1])


def is_missing(desired: DesiredState, observed: ObservedState) -> bool:
    """Whether the host has no certificate of an issuer for all of the names."""
    state = current(desired, observed)
    return state is None or bool(state.problem) or state.self_signed or not _covers(state, desired)


def current(desired: DesiredState, observed: ObservedState) -> CertificateState | None:
    """The one that the site's nginx file names or will name, if all users can read it."""
    files = desired.target.certificate_of(desired.app.name)
    return observed.certificates.get(files.chain) if files else None


def _title(desired: DesiredState, observed: ObservedState) -> str:
    """Of the step that gets one; "" if none is needed."""
    target, state = desired.target, current(desired, observed)
    if not target.asks_issuer:
        return ""
    if state is None or is_missing(desired, observed) or set(state.names) != set(target.names):
        return f"get a certificate for {', '.join(target.names)}"
    if observed.acme_issuer != target.acme.issuer:
        return f"get a certificate from {target.acme.issuer}"
    if state.days < DAYS_TO_FAIL:
        return f"renew the certificate, which {state.when}"
    if observed.acme_ca != desired.acme_ca:
        return f"replace the CA of {target.acme.directory}"
    return ""


def _covers(state: CertificateState, desired: DesiredState) -> bool:
    return set(desired.target.names) <= set(state.names)


def _warning(desired: DesiredState, observed: ObservedState) -> str:
    """The deploy continues if the site is then served no worse than before; "" if it must not."""
    if not is_missing(desired, observed):
        return _STILL_VALID
    return (
        _SELF_SIGNED if observed.current is None or _serves_self_signed(desired, observed) else ""
    )


def _serves_self_signed(desired: DesiredState, observed: ObservedState) -> bool:
    """Whether visitors of all names get one already. One that is there may be what a failed try has left."""
    state, files = current(desired, observed), desired.target.certificate_of(desired.app.name)
    if state is None or files is None:
        return False
    in_use = str(files.chain) in installed_nginx(desired, observed)
    return in_use and state.self_signed and _covers(state, desired)
