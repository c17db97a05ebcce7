"""The processes of a command on a host, in words."""

from understudy.commands import processes

LISTED = (
    "10\t1\tdeploy\tSs\tdo_wait\tbash -c echo\n"
    "11\t10\troot\tS\tdo_poll\tsudo -n -u shop -- python\n"
    f"12\t11\tshop\tSl\thrtimer_nanosleep\tpython commands.py {'x' * 200}\n"
    "13\t10\tdeploy\tR\t0\tgzip\n"
)


def test_only_processes_that_others_wait_for_are_named_and_long_ones_are_cut() -> None:
    python, gzip = processes.at_work(LISTED).split(", gzip")

    assert python.startswith("python commands.py xxx")
    assert len(python) < 200
    assert python.endswith("(process 12 of shop, sleeps in hrtimer_nanosleep)")
    assert gzip == " (process 13 of deploy, computes)"


def test_no_process_is_at_work() -> None:
    assert processes.at_work("") == ""
