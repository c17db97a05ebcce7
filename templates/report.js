// Shortcuts and copy buttons; the page is complete without them.
const summaries = () => [...document.querySelectorAll("main summary")]
  .filter((summary) => summary.checkVisibility());

function step(by) {
  const all = summaries();
  const next = all[all.indexOf(document.activeElement) + by] ?? all[by > 0 ? 0 : all.length - 1];
  next?.focus();
}

function openFirstError() {
  const failed = document.querySelector("details.failed");
  if (!failed) return;
  failed.open = true;
  failed.firstElementChild.focus();
}

const keys = { j: () => step(1), k: () => step(-1), e: openFirstError };
document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) keys[event.key]?.();
});
document.querySelector(".keys").hidden = false;

for (const pre of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${pre.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(pre);
    await navigator.clipboard?.writeText(pre.textContent);
    button.textContent = "Copied";
  });
  const frame = document.createElement("div");
  frame.className = "frame";
  pre.replaceWith(frame);
  frame.append(pre, button);
}
