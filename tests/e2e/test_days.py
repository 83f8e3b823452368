"""The days at the side: the calendar comes when it is asked for, by keyboard as by mouse."""

from playwright.sync_api import Page, expect

from tests.e2e.watch import Watch


def test_the_calendar_comes_by_keyboard(page: Page, watch: Watch) -> None:
    watch.open("/gate", run="steady")
    expect(page.get_by_test_id("stDateInput")).to_have_count(0)
    page.locator("summary", has_text="Days: all").focus()
    page.keyboard.press("Enter")
    days = page.get_by_test_id("stSidebar").get_by_role("spinbutton")
    expect(days).to_have_count(6)
    for _ in range(4):
        if page.evaluate("document.activeElement.role") == "spinbutton":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.role") == "spinbutton"
    watch.sound()


def test_the_days_that_are_looked_at_stand_on_the_button(page: Page, watch: Watch) -> None:
    watch.open("/gate", run="steady", period="2023-07-25..2023-08-05")
    page.locator("summary", has_text="Days: 25 Jul – 5 Aug 2023").click()
    first = page.get_by_test_id("stSidebar").get_by_role("spinbutton").first
    expect(first).to_have_text("2023")
    watch.sound()
