"""Why there is no SSH connection to a host, and what fixes that."""

import socket

import paramiko
from paramiko.ssh_exception import NoValidConnectionsError

from understudy.errors import LoginRefused, NoConnection, Unreachable
from understudy.ssh.endpoint import Endpoint


def why_unreachable(error: Exception, host: str, target: Endpoint) -> Unreachable:
    """The reason why no connection came about, as an error with what to try. host: its name in the message."""
    match error:
        case paramiko.BadHostKeyException():
            return _changed_host_key(error, host, target)
        case paramiko.AuthenticationException():
            return _refused(host, target)
        case paramiko.SSHException() if "No authentication methods" in str(error):
            return _without_key(host, target)
        case paramiko.SSHException() if "not found in known_hosts" in str(error):
            return _unknown_host_key(host, target)
        case FileNotFoundError():
            return _missing_key_file(error, host)
        case socket.gaierror():
            hint = "Check `address` in deploy.yml."
            return Unreachable(f"{host}: the name can't be resolved", hint=hint)
    return NoConnection(
        f"{host}: no SSH connection",
        details=_reasons(error),
        hint="Is the host up, and are `address` and `port` in deploy.yml right? "
        "For the staging VM: python deploy.py up",
        address=target.address,
    )


def runs_no_commands(host: str, target: Endpoint, printed: str) -> Unreachable:
    """The login is accepted, but another program answers than the command that was sent. printed: by it."""
    login = f"ssh -p {target.port} {host.rpartition(':')[0]}"
    return Unreachable(
        f"{host}: the login is accepted, but runs another program than the command it is given",
        details="\n".join(printed.strip().splitlines()[:10]) or "it printed nothing",
        hint=f"`{login} echo end` must print `end`. What prevents that is a `command=` in front of the key in "
        "~/.ssh/authorized_keys, a `ForceCommand` in sshd_config, a login shell such as nologin in "
        "/etc/passwd, or an `exec` or `exit` in ~/.bashrc of that user.",
    )


def _changed_host_key(
    error: paramiko.BadHostKeyException, host: str, target: Endpoint
) -> Unreachable:
    name = target.address if target.port == 22 else f"[{target.address}]:{target.port}"
    return Unreachable(
        f"{host}: the host key has changed since it was last seen",
        details=f"expected {_fingerprint(error.expected_key)}, got {_fingerprint(error.key)}",
        hint=f"If the host was reinstalled: ssh-keygen -f {_known_hosts(target)} -R '{name}', then trust "
        "its new key. If it was not, another machine may answer in its place.",
    )


def _refused(host: str, target: Endpoint) -> LoginRefused:
    return LoginRefused(
        f"{host}: this user's key is not accepted",
        hint=f"{_ssh(target, host)} must work first. "
        "Set `key` in deploy.yml, or add your key to the host's authorized_keys.",
    )


def _without_key(host: str, target: Endpoint) -> LoginRefused:
    return LoginRefused(
        f"{host}: there is no key to log in with: no agent has one, and ~/.ssh has none",
        hint=f"{_ssh(target, host)} must work first. Set `key` in deploy.yml, or make a key: ssh-keygen",
    )


def _unknown_host_key(host: str, target: Endpoint) -> Unreachable:
    return Unreachable(
        f"{host}: the host key is not known",
        hint=f"Compare it with the host's console, then: "
        f"ssh-keyscan -p {target.port} {target.address} >> {_known_hosts(target)}",
    )


def _missing_key_file(error: FileNotFoundError, host: str) -> Unreachable:
    return Unreachable(
        f"{host}: there is no key file {error.filename}",
        hint="For the staging VM: python deploy.py up. Elsewhere set the target's `key` in deploy.yml, "
        "or remove it: then your agent's keys and those in ~/.ssh are tried.",
    )


def _known_hosts(target: Endpoint) -> object:
    return target.known_hosts or "~/.ssh/known_hosts"


def _ssh(target: Endpoint, host: str) -> str:
    key = f" -i {target.key}" if target.key else ""
    return f"ssh -p {target.port}{key} {host.rpartition(':')[0]}"


def _reasons(error: Exception) -> str:
    """The system's own message for each address of the name: Paramiko's only says that none answers."""
    if not isinstance(error, NoValidConnectionsError):
        return str(error)
    return "\n".join(
        f"{address[0]} port {address[1]}: {getattr(reason, 'strerror', '') or reason}"
        for address, reason in error.errors.items()
    )


def _fingerprint(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"
