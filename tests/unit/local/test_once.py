"""What is asked for by many threads is made by one of them."""

import time
from concurrent.futures import ThreadPoolExecutor

from understudy.local.once import once


def test_threads_that_ask_at_the_same_time_wait_for_the_first() -> None:
    made = []

    @once
    def square(number: int) -> int:
        time.sleep(0.01)
        made.append(number)
        return number**2

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(square, [3] * 8)) == [9] * 8

    assert made == [3]
    assert square(4) == 16
    assert made == [3, 4]
