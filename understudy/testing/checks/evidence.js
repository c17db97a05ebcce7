// What the checks need to know of a page, but for its accessibility. arguments: the site's URL.
const [base] = arguments;

const navigation = performance.getEntriesByType("navigation")[0];
const isLoaded = Boolean(navigation && navigation.loadEventEnd);
const resources = performance.getEntriesByType("resource");
const isOwn = url => new URL(url, location.href).host === new URL(base).host;

// Without any of these it is a text or a fragment of HTML: the browser adds the elements around it.
const isDocument = /html/.test(document.contentType) && Boolean(
    document.doctype || document.title || document.documentElement.attributes.length);

const asked = new Set(resources.map(entry => entry.name));
const waiting = () => [...document.querySelectorAll("script[src], link[rel~=stylesheet][href], img[src]")]
    .map(element => element.src || element.href)
    .filter(url => /^https?:/.test(url) && !asked.has(url));

const ASKS_FIRST = ["data-method", "data-confirm", "data-turbo-method", "data-turbo-confirm", "hx-confirm",
    "hx-delete", "hx-post", "hx-put", "hx-patch", "download"];
const link = element => ({
    url: element.href,
    words: [element.textContent, element.getAttribute("aria-label"), element.title]
        .filter(Boolean).join(" ").replace(/\s+/g, " ").trim().slice(0, 100),
    isVisible: element.checkVisibility(),
    isPlain: !ASKS_FIRST.some(name => element.hasAttribute(name))
        && !/confirm/.test(element.getAttribute("onclick")),
});

return {
    url: location.href,
    status: navigation ? navigation.responseStatus : 0,
    isDocument,
    title: document.title,
    language: document.documentElement.lang || document.documentElement.getAttribute("xml:lang") || "",
    seconds: isLoaded ? navigation.loadEventEnd / 1000 : null,
    // As sent, whether it came from the browser's cache or not.
    size: [navigation, ...resources.filter(entry => isOwn(entry.name))]
        .reduce((sum, entry) => sum + (entry ? entry.encodedBodySize : 0), 0),
    resources: resources.map(entry => ({
        url: entry.name, kind: entry.initiatorType, status: entry.responseStatus, size: entry.encodedBodySize,
    })),
    waiting: isLoaded ? [] : waiting(),
    // Of a link in an SVG, href is no text.
    links: [...document.querySelectorAll("a[href], area[href]")]
        .filter(element => typeof element.href === "string")
        .map(link),
};
