// Holds a page still while its picture is taken. Arguments: CSS selectors of masked regions, masked texts,
// and the milliseconds that fonts and images may take. window.understudyMove() undoes it.
const [selectors, texts, patience] = arguments;
const undo = [];
window.understudyMove = () => {
  delete window.understudyMove;
  undo.reverse().forEach((one) => one());
};

const MASKED = "masked";
const TIME = "0000-00-00 00:00";
const DAY = 24 * 3600 * 1000;
// An identifier made of random bytes: at least eight hexadecimal digits, both letters and figures.
const RANDOM = /(?<![0-9a-z])(?=[\d-]*[a-f])(?=[a-f-]*\d)[0-9a-f]{8,}(-[0-9a-f]{4,})*(?![0-9a-z])/gi;
const ISO = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?/g;
// As Django writes it: Nov. 28, 2026, 1:12 a.m.
const WORDS = /\b([A-Z][a-z]{2,8})\.? (\d{1,2}), (\d{4})(, (noon|midnight|\d{1,2}(:\d\d)? [ap]\.m\.))?/g;

// A time of this run. One that is written without its zone may be hours off.
const isNow = (text) => Math.abs(Date.parse(text) - Date.now()) < 1.6 * DAY;

const stable = (text) => texts.reduce((all, one) => all.replaceAll(one, MASKED), text)
  .replace(ISO, (time) => (isNow(time.replace(" ", "T")) ? TIME : time))
  .replace(WORDS, (time, month, day, year) => (isNow(`${month} ${day}, ${year}`) ? TIME : time))
  .replace(RANDOM, (word) => word.replace(/[0-9a-z]/gi, "0"));

function write(place, key, text) {
  const before = place[key];
  if (text === before) return;
  place[key] = text;
  undo.push(() => { place[key] = before; });
}

function writtenIn(root) {
  const all = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (all.nextNode()) {
    const { currentNode: node } = all;
    if (node.data.trim() && !node.parentElement?.closest("script, style, noscript, textarea")) found.push(node);
  }
  return found;
}

const replaceAll = (element, text) =>
  writtenIn(element).forEach((node, index) => write(node, "data", index ? "" : text));

function fixInput(input) {
  const { selectionStart, selectionEnd, selectionDirection } = input;
  const text = stable(input.value);
  if (text === input.value) return;
  // Undone last to first: the selection after the value.
  if (selectionStart !== null) undo.push(() => input.setSelectionRange(selectionStart, selectionEnd, selectionDirection));
  write(input, "value", text);
}

function fixTexts(root) {
  for (const time of root.querySelectorAll("time")) {
    if (isNow(time.dateTime || time.textContent)) replaceAll(time, TIME);
  }
  if (selectors.length) root.querySelectorAll(selectors).forEach((region) => replaceAll(region, MASKED));
  writtenIn(root).forEach((node) => write(node, "data", stable(node.data)));
  const inputs = "input:is([type=text], [type=search], [type=email], [type=url], [type=tel], :not([type])), textarea";
  root.querySelectorAll(inputs).forEach(fixInput);
}

function fixStyle(root) {
  const sheet = new CSSStyleSheet();
  const mask = `${selectors} { background: #808080 !important; filter: contrast(0) !important; }`;
  sheet.replaceSync(`
    *, ::before, ::after { transition: none !important; caret-color: transparent !important; scroll-behavior: auto !important; }
    ${selectors.length ? mask : ""}`);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  undo.push(() => { root.adoptedStyleSheets = [...root.adoptedStyleSheets].filter((one) => one !== sheet); });
}

// Those that end are at their end; those that do not, at their begin. Returns whether any moved.
function stop(animation) {
  const { currentTime, effect, playState, timeline } = animation;
  if (playState !== "running" || timeline !== document.timeline) return false;
  if (effect.getComputedTiming().endTime !== Infinity) {
    animation.finish();
    return true;
  }
  animation.pause();
  animation.currentTime = 0;
  undo.push(() => {
    animation.currentTime = currentTime;
    animation.play();
  });
  return true;
}

const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => (one.shadowRoot ? roots(one.shadowRoot) : []))];

function isOnScreen(image) {
  const { top, right, bottom, left } = image.getBoundingClientRect();
  return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
}

const frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });

async function settle() {
  await document.fonts.ready;
  // A broken image stays one.
  await Promise.all([...document.images].filter(isOnScreen).map((image) => image.decode().catch(() => {})));
  if (document.getAnimations().map(stop).includes(true)) await frame();
}

const all = roots(document);
all.forEach(fixStyle);
return Promise.race([settle(), new Promise((done) => { setTimeout(done, patience); })])
  .then(() => { all.forEach(fixTexts); });
