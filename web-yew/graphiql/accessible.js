// What GraphiQL leaves out for people who do not see its page, put in as it draws.

/** What the editors are called. */
const EDITORS = {
  ".graphiql-query-editor": "Operation",
  ".graphiql-editor-tool .graphiql-editor:nth-child(1)": "Variables",
  ".graphiql-editor-tool .graphiql-editor:nth-child(2)": "Headers",
  ".result-window": "Answer",
};

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/** An item with two buttons in it cannot be a tab: what is in a tab is no button to a screen reader. */
const OF_TABS = ["role", "aria-selected", "aria-controls"];

function mend(root) {
  for (const [editor, name] of Object.entries(EDITORS)) {
    // CodeMirror types into a textarea without a name, and scrolls what no key can reach.
    set(root.querySelector(`${editor} textarea`), { "aria-label": name });
    set(root.querySelector(`${editor} .CodeMirror-scroll`), { role: "group", tabindex: "0", "aria-label": name });
  }
  root.querySelector("[role=tablist]")?.removeAttribute("role");
  for (const item of root.querySelectorAll(".graphiql-tab")) {
    for (const attribute of OF_TABS) item.removeAttribute(attribute);
    const chosen = item.classList.contains("graphiql-tab-active");
    const button = item.querySelector(".graphiql-tab-button");
    if (chosen) button?.setAttribute("aria-current", "true");
    else button?.removeAttribute("aria-current");
  }
}

/** Mends what is drawn in an element, now and later. */
export function keepAccessible(root) {
  // Only what comes from GraphiQL is looked for, so that this does not hear itself.
  const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["class", ...OF_TABS] };
  new MutationObserver(() => mend(root)).observe(root, watched);
  mend(root);
}
