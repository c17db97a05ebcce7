// Runs after axe.min.js, in one script with it. arguments: options for axe.run, the callback.
const [options, done] = arguments;

// What still fades in has another contrast.
for (const animation of document.getAnimations()) {
    try { animation.finish(); } catch { animation.cancel(); }
}

const element = node => ({
    selector: node.target.flat(Infinity).join(" "),
    // Its first line says how many of the next have to be done.
    problem: (node.failureSummary || "").split("\n").slice(1).map(line => line.trim()).filter(Boolean).join("; "),
});
const violation = ({id, impact, help, nodes}) => ({rule: id, impact, help, elements: nodes.map(element)});

axe.run(document, options).then(
    result => done({violations: result.violations.map(violation), failure: ""}),
    error => done({violations: [], failure: `axe-core failed: ${error}`}));
