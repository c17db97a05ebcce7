"""The nginx of a host."""

from understudy.commands import Argv, script


def main_process() -> Argv:
    """Prints the id of its main process, which a reload keeps and a restart does not."""
    return ("systemctl", "show", "-p", "MainPID", "--value", "nginx")


def served_certificate(name: str, chain: str) -> Argv:
    """Prints `serial=` of the certificate that nginx shows for that name, and when the file of the chain was
    written, in seconds since the epoch. Either line is missing if it is not known.
    """
    text = """
    timeout 10 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null |
        openssl x509 -noout -serial 2>/dev/null || true
    stat -L -c %Y "$2" 2>/dev/null || true
    """
    return script(text, name, chain)
