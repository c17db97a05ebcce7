// Shortcuts, copy buttons, large pictures, where one is in the contents; the page is complete without them.
const summaries = () => [...document.querySelectorAll("main > section:not(.failure) summary")]
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

const filter = document.querySelector("#failed-only");
const keys = { j: () => step(1), k: () => step(-1), e: openFirstError, f: () => filter?.click() };
document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) keys[event.key]?.();
});
document.querySelector(".keys").hidden = false;

// A step or test that a link leads to may be one that the filter hides.
addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (filter?.checked && target && !target.checkVisibility()) {
    filter.checked = false;
    target.scrollIntoView();
  }
});

const dialog = document.querySelector("dialog");
let opener;

function enlarge(figure) {
  const sides = figure.querySelector(".sides").cloneNode(true);
  for (const side of [...sides.children]) side.replaceWith(...side.childNodes);
  for (const picture of sides.querySelectorAll("img")) picture.alt = picture.alt.replace(", enlarge", "");
  const bar = document.createElement("div");
  bar.className = "bar-of-dialog";
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const caption = figure.querySelector("figcaption").cloneNode(true);
  caption.querySelector(".close").remove();
  for (const link of caption.querySelectorAll("a")) link.addEventListener("click", () => { opener = null; dialog.close(); });
  bar.append(close, ...caption.childNodes);
  dialog.replaceChildren(bar, sides);
  if (!dialog.open) dialog.showModal();
  close.focus();
  dialog.scrollTop = 0;
}

function turn(by) {
  const all = [...document.querySelectorAll("figure[id]")];
  const next = all[all.indexOf(opener?.closest("figure")) + by];
  if (next) {
    opener = next.querySelector(".after");
    enlarge(next);
  }
}

for (const link of document.querySelectorAll("a[href^='#picture-']")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const figure = document.getElementById(link.hash.slice(1));
    opener = link;
    enlarge(figure);
  });
}
dialog.addEventListener("close", () => opener?.focus());
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") turn(1);
  if (event.key === "ArrowLeft") turn(-1);
});

const contents = new Map([...document.querySelectorAll(".contents li a")].map((link) => [link.hash.slice(1), link]));
const places = [...contents.keys()].map((id) => document.getElementById(id));
function showPlace() {
  const passed = places.filter((place) => place.getBoundingClientRect().top < 120);
  const now = contents.get((passed.at(-1) ?? places[0]).id);
  for (const link of contents.values()) link.toggleAttribute("aria-current", link === now);
  now.setAttribute("aria-current", "true");
}
addEventListener("scroll", showPlace, { passive: true });
showPlace();

for (const pre of document.querySelectorAll("pre:not(.assertion)")) {
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
