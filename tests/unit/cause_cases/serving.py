"""Cases of rules: static files, pages and workers."""

from tests.unit.cause_cases.base import HEALTHY, NO_STATIC, Case, facts, raised, said

NOT_FOUND = said("returned error: 404\nNot Found: /about")
LIMITED = {"name": "todo", "memory_max": "300M"}
TIMEOUT = f"[CRITICAL] WORKER TIMEOUT (pid:1)\n{raised('SystemExit: 1')}"
CASES = {
    "collectstatic-not-run": Case(NO_STATIC, facts(settings={"release_commands": []}), HEALTHY),
    "static-file-missing": Case(NO_STATIC, HEALTHY, facts({"lists/static/lists/a.css": ""})),
    "static-file-missing-in-css": Case(
        said("The file 'lists/a.png' could not be found with <x>"),
        HEALTHY,
        facts({"lists/static/lists/a.png": ""}),
    ),
    "upload-limit": Case(
        {"nginx": "client intended to send too large body: 2097152 bytes"},
        facts(settings={"upload_limit": "1m"}),
        facts(settings={"upload_limit": "10m"}),
    ),
    "hard-coded-localhost": Case(
        said("http://localhost:8000/health - Failed: net::ERR_CONNECTION_REFUSED"),
        facts({"lists/static/a.js": "fetch('http://localhost:8000/health')"}),
        HEALTHY,
    ),
    "redirect-to-localhost": Case(
        said("net::ERR_CONNECTION_REFUSED at http://127.0.0.1:8000/"),
        facts({"lists/views.py": "redirect('http://127.0.0.1:8000/')"}),
        HEALTHY,
    ),
    "page-refused": Case(
        said(
            "health check: <h1>Not Found</h1>",
            "curl: (22) The requested URL returned error: 404",
            "asked: http://shop.test/",
        ),
        HEALTHY,
    ),
    "error-page-broken": Case(
        said("x.py:67: in test_debug_is_off\n    assert x\nE   assert 500 < 500"),
        facts({"lists/templates/404.html": ""}),
        HEALTHY,
    ),
    "out-of-memory": Case(
        said("A process of this unit has been killed by the OOM killer."),
        facts(settings={"memory_max": "300M"}),
        HEALTHY,
    ),
    "out-of-memory-unreported": Case(
        said("[ERROR] Worker (pid:812) was sent SIGKILL! Perhaps out of memory?"),
        facts(settings=LIMITED, answers=(("oom", "todo", "yes"),)),
        facts(settings=LIMITED, answers=(("oom", "todo", "no"),)),
    ),
    "out-of-the-hosts-memory": Case(
        said("Failed with result 'oom-kill'"), HEALTHY, facts(settings={"memory_max": "300M"})
    ),
    "slow-start": Case(
        said("health check: curl: (28) Operation timed out"),
        HEALTHY,
        facts({"todo/wsgi.py": "app = Flask(__name__)\napp.run()\n"}),
    ),
    "request-timeout": Case(said(TIMEOUT), HEALTHY, facts({"lists/views.py": ""})),
    "health-path-missing": Case(NOT_FOUND, facts(settings={"health_path": "/about"}), HEALTHY),
    "check-path-missing": Case(NOT_FOUND, facts(settings={"check_paths": ["/about"]}), HEALTHY),
    "path-without-its-slash": Case(
        said("/health redirects to /health/: write /health/ in deploy.yml"), HEALTHY
    ),
    "health-path-redirects": Case(
        said(
            "E  AssertionError: /health redirects to /login/ (302)\n"
            "FAILED tests/host/test_x.py::test_health_path_answers"
        ),
        HEALTHY,
    ),
    "state-in-one-process": Case(said("E   AssertionError: workers answer differently"), HEALTHY),
    "state-in-one-process-by-dead-ends": Case(
        {"dead ends": "POST /lists/6/delete 404", "step": "FAILED x"},
        HEALTHY,
        facts(settings={"workers": 1}),
    ),
}
