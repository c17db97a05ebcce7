"use strict";

// Ticks an item off without loading the page again: posts the item's form in the background, and
// takes the item and the count from the page that comes back. Without JavaScript, or when that
// fails, the browser sends the form itself.

async function postedPage(form) {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (!response.ok) throw new Error(`${form.action} answered ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function takeOver(page, id) {
  document.getElementById(id).innerHTML = page.getElementById(id).innerHTML;
  document.getElementById(id).className = page.getElementById(id).className;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.toggle")) return;
  event.preventDefault();
  const item = form.closest("li").id;
  try {
    const page = await postedPage(form);
    takeOver(page, item);
    takeOver(page, "open-count");
    document.querySelector(`#${item} .toggle button`).focus();
  } catch {
    form.submit();
  }
});
