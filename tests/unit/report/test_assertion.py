"""Of a failed test's output the assertion is shown, with its message and its place."""

from understudy.report.assertion import Assertion, assertion

SIMPLE = """\
host = <Host>

    def test_debug_is_off(host):
        answer = host.get("/nowhere")
>       assert answer.status == 404
E       assert 301 == 404
E        +  where 301 = Answer(301).status

tests/host/test_site.py:31: AssertionError
"""
IN_A_HELPER = """\
    def test_list_can_be_shared(browser):
>       page.share()

functional_tests/test_sharing.py:12:
_ _ _ _ _ _

    def share(self):
>       self.find(
            "a.share",
        ).click()

functional_tests/pages.py:80:
_ _ _ _ _ _

>       raise exception_class(message)
E       NoSuchElementException: Message: no such element
E       Stacktrace:
E       #0 0x5590c1aa <unknown>

.venv/lib/python3.11/site-packages/selenium/webdriver/remote/errorhandler.py:232: NoSuchElementException
"""
WHILE_IMPORTED = """\
tests/host/test_serving.py:5: in <module>
    import yaml
E   ModuleNotFoundError: No module named 'yaml'
"""
CHAINED = """\
>       first()
E       KeyError: 'x'

tests/test_a.py:3: KeyError

During handling of the above exception, another exception occurred:

>       second()
E       ValueError: it is the second

tests/test_a.py:5: ValueError
"""


def of(text: str, message: str = "") -> Assertion:
    return assertion({"text": text, "message": message})


def test_assertion_is_shown_with_its_message_and_place() -> None:
    assert of(SIMPLE) == Assertion(
        source="assert answer.status == 404",
        message="assert 301 == 404\n +  where 301 = Answer(301).status",
        place="tests/host/test_site.py:31",
    )


def test_place_is_in_the_project_and_not_in_a_package_and_names_the_test_too() -> None:
    found = of(IN_A_HELPER)

    assert found.place == "functional_tests/pages.py:80"
    assert found.called_from == "functional_tests/test_sharing.py:12"
    assert found.source.splitlines() == ["self.find(", '    "a.share",', ").click()"]


def test_addresses_of_the_browsers_driver_are_left_out() -> None:
    assert of(IN_A_HELPER).message == "NoSuchElementException: Message: no such element"


def test_error_while_a_module_is_imported_has_its_line() -> None:
    assert of(WHILE_IMPORTED) == Assertion(
        "import yaml", "ModuleNotFoundError: No module named 'yaml'", "tests/host/test_serving.py:5"
    )


def test_last_of_several_errors_ended_the_test() -> None:
    assert of(CHAINED).message == "ValueError: it is the second"
    assert of(CHAINED).source == "second()"
    assert (of(CHAINED).place, of(CHAINED).called_from) == ("tests/test_a.py:5", "")


def test_output_of_another_runner_is_shown_from_its_begin() -> None:
    text = "Expected 3 items\n" + "".join(f"  at frame {number}\n" for number in range(50))

    found = of(text, "expect(received).toBe(expected)")

    assert found.message.startswith("expect(received).toBe(expected)\nExpected 3 items\n")
    assert len(found.message.splitlines()) < 10
    assert (found.place, found.source) == ("", "")


def test_long_message_is_cut() -> None:
    text = "".join(f"E   {'x' * 1000}\n" for _ in range(100))

    lines = of(text).message.splitlines()

    assert len(lines) == 13
    assert max(map(len, lines)) < 310


def test_test_without_any_output_has_its_message() -> None:
    assert assertion({"message": "lost"}) == Assertion("", "lost", "")
