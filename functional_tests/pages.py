"""The pages of the example app, as a test uses them."""

from datetime import datetime
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from understudy.testing.pages import Page


class ExamplePage(Page):
    """What its pages have in common."""

    def submit_item(self, text: str, picture: Path | None = None) -> None:
        """Fills in the form for an item, and sends it."""
        self.find(".item-form input[name=text]").send_keys(text)
        if picture:
            self.find(".item-form input[name=picture]").send_keys(str(picture))
        with self.next_page():
            self.find(".item-form button").click()

    def visitor(self) -> str:
        """The address that is logged in, "" for none."""
        return "".join(one.text for one in self.find_all("#visitor"))

    def log_out(self) -> None:
        """Logs out; the home page comes next."""
        with self.next_page():
            self.find("#log-out").click()


class LoginPage(ExamplePage):
    """Has a link mailed."""

    def ask_for_link(self, email: str) -> None:
        """Asks for one, to that address."""
        self.find("#id_email").send_keys(email)
        with self.next_page():
            self.find(".item-form button").click()


class HomePage(ExamplePage):
    """Starts lists, and shows the newest ones."""

    def start_list(self, text: str) -> "ListPage":
        """Makes a new list from its first item."""
        self.submit_item(text)
        return ListPage(self.browser, self.browser.current_url)

    def titles(self) -> list[str]:
        """The titles of the lists that are shown."""
        return [title.text for title in self.find_all("#recent-lists .title")]

    def says_no_lists(self) -> bool:
        """Whether the page says that there are no lists."""
        return bool(self.find_all("#no-lists"))

    def delete_list(self, title: str) -> None:
        """Deletes a list that is shown."""
        rows = self.find_all("#recent-lists li")
        row = rows[self.titles().index(title)]
        with self.next_page():
            row.find_element(By.CSS_SELECTOR, ".delete").click()


class ListPage(ExamplePage):
    """Shows a list, and changes its items."""

    def items(self) -> list[str]:
        """The items' texts."""
        return [text.text for text in self.find_all("#items .text")]

    def row(self, text: str) -> WebElement:
        """The row of an item."""
        return self.find_all("#items li")[self.items().index(text)]

    def made(self) -> datetime:
        """When the list was made, from the machine-readable time of the page."""
        return datetime.fromisoformat(str(self.find("time").get_attribute("datetime")))

    def count(self) -> str:
        """The page's text about the number of open items."""
        return self.find("#open-count").text

    def toggle(self, text: str) -> None:
        """Ticks an item off, and waits until it shows; or makes it open again."""
        was_done = self.is_ticked(text)
        self.row(text).find_element(By.CSS_SELECTOR, ".toggle button").click()
        self.wait_for(lambda _: self.is_ticked(text) != was_done, f"{text!r} was not toggled")

    def is_ticked(self, text: str) -> bool:
        """Whether an item is ticked off."""
        return "done" in str(self.row(text).get_attribute("class")).split()

    def delete_item(self, text: str) -> None:
        """Takes an item off the list."""
        with self.next_page():
            self.row(text).find_element(By.CSS_SELECTOR, ".delete").click()
