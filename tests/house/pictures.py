"""`make pictures`: README's pictures of the terminal, and the sample report of the rehearsal among them.

What the VM mirrors must answer, or the pictures show skipped phases.
"""

from pathlib import Path

from selenium import webdriver

from tests.house import terminal_pictures
from tests.house.report_pictures import alone
from tests.house.terminal_pictures import IMAGES, TOP

SAMPLE = TOP / "docs" / "sample-report" / "index.html"


def without_place(text: str) -> str:
    """Where this project lies is of this machine."""
    return text.replace(str(TOP), "~/project")


def photograph(url: str, file: Path, width: int, height: int) -> None:
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", f"--window-size={width},{height}"):
        options.add_argument(word)
    with webdriver.Chrome(options=options) as browser:
        browser.get(url)
        browser.save_screenshot(str(file))


def main() -> None:
    terminal_pictures.main(["rehearse"])
    report = TOP / "reports" / "latest" / "index.html"
    SAMPLE.write_text(alone(without_place(report.read_text())))
    photograph(SAMPLE.as_uri(), IMAGES / "report.png", 1000, 1037)
    terminal_pictures.main(["help", "deploy", "failure"])
    print(f"Look at them: {IMAGES}, {SAMPLE}")


if __name__ == "__main__":
    main()
