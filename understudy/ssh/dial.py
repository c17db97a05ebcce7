"""A TCP connection that opens in a thread, meanwhile what speaks SSH can be imported: that takes long."""

import socket
from threading import Lock, Thread

# Seconds; of a connection by SSH, too.
CONNECT_SECONDS = 15


class Dial:
    """Connects from now on, to a port of a host."""

    def __init__(self, address: str, port: int) -> None:
        self.place = (address, port)
        self._result: socket.socket | OSError = OSError("not connected yet")
        self._closed = False
        self._lock = Lock()
        self._thread = Thread(target=self._connect, name="dial", daemon=True)
        self._thread.start()

    def socket(self) -> socket.socket:
        """The connected socket, which the caller then has to close. Raises OSError if there is none."""
        self._thread.join()
        if isinstance(self._result, OSError):
            raise self._result
        return self._result

    def close(self) -> None:
        """For a socket that is not needed. Does not wait for a host that does not answer."""
        with self._lock:
            self._closed = True
            if isinstance(self._result, socket.socket):
                self._result.close()

    def _connect(self) -> None:
        try:
            connected = socket.create_connection(self.place, CONNECT_SECONDS)
        except socket.gaierror as error:
            self._result = error
        except OSError as error:
            address, port = self.place
            self._result = OSError(f"{address} port {port}: {error.strerror or error}")
        else:
            with self._lock:
                self._result = connected
                if self._closed:
                    connected.close()
