"""The verb `mail`: lists, shows and removes the mails that a target has captured."""

from understudy.cli import browsers
from understudy.errors import ConfigError
from understudy.host import all_hosts, mailbox, shown_mails
from understudy.host.mail_list import MailList, MailsCleared
from understudy.host.mails import Kept, Mail
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.local.numbers import number_of
from understudy.report import mail_page
from understudy.report.sanitize import plain


def list_all(job: Job) -> None:
    """A line for each, the oldest first, with the number by which show() knows it."""
    hosts = all_hosts.jobs(job)
    kept, asked = mailbox.all_mails(hosts), tuple(host.target.address for host in hosts)
    job.report.answer(MailList(job.target_name, asked, kept.mails, kept.removed))


def show(job: Job, number: int, *, in_browser: bool) -> None:
    """Prints a mail, or opens it in a browser. Raises ConfigError if there is no such number."""
    mail = _chosen(job, mailbox.all_mails(all_hosts.jobs(job)), number)
    shown, text = shown_mails.shown(mail), plain(_printed(mail))
    if in_browser:
        page = job.project.state / "mail" / f"{job.target_name}.html"
        page.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_write(page, mail_page.page(shown))
        is_open = browsers.open_url(page.as_uri())
        if not is_open:
            browsers.say_why_not(job.report)
        text = "" if is_open else f"the mail as a page: {page}"
    fields = {"target": job.target_name, "number": number}
    job.report.result("mail", {**fields, **shown, "headers": dict(mail.headers)}, text)


def clear(job: Job) -> None:
    """Removes those of all hosts, or of the one that is chosen."""
    all_hosts.to_the_last(all_hosts.jobs(job), _clear)


def _clear(host: Job) -> None:
    host.report.answer(MailsCleared(host.target_name, host.target.address, mailbox.clear(host)))


def _chosen(job: Job, kept: Kept, number: int) -> Mail:
    if not 1 <= number <= len(kept.mails):
        known = f"has mails 1 to {len(kept.mails)}" if kept.mails else "has captured no mail"
        raise ConfigError(f"there is no mail {number}: {job.target_name} {known}")
    return kept.mails[number - 1]


def _printed(mail: Mail) -> str:
    """Its headers that people read, its text, what is attached; the links of a mail that has HTML alone."""
    names = ("Date", "From", "Reply-To", "To", "Cc", "Subject")
    lines = [f"{name}: {mail.headers[name]}" for name in names if mail.headers.get(name)]
    hidden = [one for one in mail.to if one not in "".join(lines)]
    lines += [f"Also to: {', '.join(hidden)}"] if hidden else []
    body = mail.text or "\n".join(["(HTML only; its links:)", *mail.links])
    attached = [
        f"Attached: {one.name or one.type}, {number_of(len(one.content), 'byte')}"
        for one in mail.attachments
    ]
    return "\n".join([*lines, "", body.rstrip("\n"), *([""] if attached else []), *attached])
