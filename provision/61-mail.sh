step mail
# Keeps what the site sends, on hosts that capture it. Started by systemd when the first mail comes.
put 0755 /usr/local/lib/understudy/catch-mail <<'CATCHER' || true
#!/usr/bin/python3 -I
"""catch-mail DIRECTORY   keeps each mail that comes in at the sockets of its unit, and sends none on.

DIRECTORY is a Maildir. The names in DIRECTORY/new sort by time. The sender and the recipients of the envelope
are the headers Return-Path and Delivered-To of the kept mail. The oldest mails are removed when there are too
many; DIRECTORY/removed has their number.
"""

import asyncio
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult  # type: ignore[import-not-found]

MOST, MOST_BYTES = 500, 64 * 2**20
LARGEST = 2**25
FIRST_SOCKET = 3  # sd_listen_fds(3)


class Server(SMTP):  # type: ignore[misc]
    """Takes lines of any length: not every program breaks them."""

    line_length_limit = 2**24


class Maildir:
    """Called by the server, by its names: an answer that begins with 250 is a yes."""

    def __init__(self, directory: Path) -> None:
        self.new, self.tmp = directory / "new", directory / "tmp"
        self.removed = directory / "removed"
        self.count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        try:
            self.keep(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        except OSError as error:
            return f"452 the mail could not be kept: {error.strerror}"
        return "250 OK: kept, and not sent on"

    def keep(self, sender: str | None, recipients: list[str], content: bytes) -> None:
        lines = [f"Return-Path: <{(sender or '').strip('<>')}>"]
        lines += [f"Delivered-To: {one}" for one in recipients]
        head = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        self.count += 1
        name = f"{time.time_ns():020d}.{os.getpid()}-{self.count}.understudy"
        try:
            (self.tmp / name).write_bytes(head + content.replace(b"\r\n", b"\n"))
            (self.tmp / name).rename(self.new / name)
        finally:
            (self.tmp / name).unlink(missing_ok=True)
        self.remove_oldest()

    def remove_oldest(self) -> None:
        """The newest one stays in any case."""
        kept = sorted(self.new.iterdir(), reverse=True)
        total, old = 0, []
        for number, mail in enumerate(kept):
            total += mail.stat().st_size
            if number and (number >= MOST or total > MOST_BYTES):
                old.append(mail)
        for mail in old:
            mail.unlink()
        if old:
            before = int(self.removed.read_text()) if self.removed.exists() else 0
            self.removed.write_text(f"{before + len(old)}\n")


async def serve(directory: Path) -> None:
    handler = Maildir(directory)
    options = {
        "data_size_limit": LARGEST,
        "enable_SMTPUTF8": True,
        "hostname": "localhost",
        # A name and a password in the app's settings must not keep its mails away.
        "authenticator": lambda *_: AuthResult(success=True),
        "auth_require_tls": False,
    }

    def server() -> Server:
        return Server(handler, **options)

    loop = asyncio.get_running_loop()
    for number in range(int(os.environ["LISTEN_FDS"])):
        listening = socket.socket(fileno=FIRST_SOCKET + number)
        await loop.create_server(server, sock=listening)
    await asyncio.Event().wait()


if __name__ == "__main__":
    os.umask(0o027)
    asyncio.run(serve(Path(sys.argv[1])))
CATCHER

mails=/var/lib/understudy-mail/$SITE
mail_socket=understudy-mail-$SITE.socket
# Of programs that send to this host's own mail server.
local_socket=understudy-mail-$SITE-local.socket

# mail_socket_unit PORT
mail_socket_unit() {
    cat <<UNIT
[Unit]
Description=where the mails of $SITE are caught

[Socket]
ListenStream=127.0.0.1:$1
Service=understudy-mail@$SITE.service

[Install]
WantedBy=sockets.target
UNIT
}

# open_mail_socket UNIT PORT: now and after each boot.
open_mail_socket() {
    if mail_socket_unit "$2" | put 0644 "/etc/systemd/system/$1" && booted; then act systemctl daemon-reload; fi
    systemctl is-enabled -q "$1" 2>/dev/null || act systemctl enable -q "$1"
    if booted && ! systemctl is-active -q "$1"; then act systemctl start "$1"; fi
}

close_mail_socket() {
    if ! exists "/etc/systemd/system/$1"; then return 0; fi
    if booted; then act systemctl stop "$1" "understudy-mail@$SITE.service"; fi
    act systemctl disable -q "$1"
    keep "/etc/systemd/system/$1"
    act rm "/etc/systemd/system/$1"
    if booted; then act systemctl daemon-reload; fi
}

if [ "$MAIL" = capture ]; then
    getent passwd understudy-mail >/dev/null ||
        act useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin understudy-mail
    # The deployer reads and clears them.
    for directory in "$mails" "$mails/new" "$mails/tmp" "$mails/cur"; do
        [ -d "$directory" ] ||
            act install -d -o understudy-mail -g "$(id -g "$DEPLOYER" 2>/dev/null || echo root)" -m 2770 "$directory"
    done
    if put 0644 /etc/systemd/system/understudy-mail@.service <<'UNIT'
[Unit]
Description=catches the mails of %i

[Service]
Type=exec
User=understudy-mail
ExecStart=/usr/local/lib/understudy/catch-mail /var/lib/understudy-mail/%i
ReadWritePaths=/var/lib/understudy-mail/%i
# Its sockets come from systemd: it can open none to the network.
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
UMask=0027
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
InaccessiblePaths=-/srv
MemoryMax=384M
TasksMax=16
UNIT
    then
        if booted; then act systemctl daemon-reload; fi
    fi
    open_mail_socket "$mail_socket" "$mail_port"
    # A mail server of the host keeps its port, and the firewall keeps its mails on the host.
    if booted && { exists "/etc/systemd/system/$local_socket" || [ -z "$(ss -ltnH 'sport = :25')" ]; }; then
        open_mail_socket "$local_socket" 25
    fi
else
    close_mail_socket "$mail_socket"
    close_mail_socket "$local_socket"
fi
echo "$MAIL" | put 0644 "/etc/understudy/$SITE.mail" || true
