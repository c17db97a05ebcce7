"""The worker classes of gunicorn that deploy.yml can name, and which of them are for ASGI."""

from typing import Literal, get_args

# gunicorn's own, for WSGI. eventlet and tornado need a package of that name.
_Wsgi = Literal["sync", "gthread", "gevent", "eventlet", "tornado"]
# gunicorn's own; of the package uvicorn-worker; of an older uvicorn, which a newer one still has as deprecated.
_Asgi = Literal[
    "asgi",
    "uvicorn_worker.UvicornWorker",
    "uvicorn_worker.UvicornH11Worker",
    "uvicorn.workers.UvicornWorker",
    "uvicorn.workers.UvicornH11Worker",
]
WorkerClass = Literal[_Wsgi, _Asgi]


def is_asgi(worker_class: str) -> bool:
    return worker_class in get_args(_Asgi)


def is_uvicorn(worker_class: str) -> bool:
    return worker_class.startswith("uvicorn")
