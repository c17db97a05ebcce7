"""Answers on a host of many_hosts.py in the place of the app: 64 of those would take 8 GiB during a deploy.

web.py SOCKET
"""

import os
import socket
import sys
from pathlib import Path

BODY = b"a page\n"
ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


def main(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        # nginx is another user, whom only the socket's directory lets in.
        os.umask(0)
        door.bind(f"{path}.new")
        door.listen()
        # There once it answers.
        Path(f"{path}.new").rename(path)
        while True:
            visitor, _ = door.accept()
            with visitor:
                visitor.recv(65536)
                visitor.sendall(ANSWER)


if __name__ == "__main__":
    main(sys.argv[1])
