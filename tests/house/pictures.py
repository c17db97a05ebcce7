"""`make pictures`: README's pictures of the terminal, of reports of what ran in it, and of the example site.

What the VM mirrors must answer, or the pictures show skipped phases.
"""

from tests.house import report_pictures, site_picture, terminal_pictures
from tests.house.terminal_pictures import IMAGES, TOP


def main() -> None:
    terminal_pictures.main(["rehearse"])
    site_picture.draw(IMAGES / "site.png")
    terminal_pictures.main(["help", "failure"])
    report_pictures.draw(TOP / "reports", IMAGES)
    print(f"Look at them: {IMAGES}")


if __name__ == "__main__":
    main()
