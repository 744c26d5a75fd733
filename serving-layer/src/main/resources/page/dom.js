// Making elements.

/** An element with these properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Fills a table: a header of names, and rows of cells that are texts, or {number} to stand to the right. */
export function fill(table, caption, names, rows) {
  table.replaceChildren(
    element("caption", { textContent: caption }),
    element("thead", {}, element("tr", {}, ...names.map((name) => cell("th", name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((value) => cell("td", value))))),
  );
}

function cell(name, value) {
  return value?.number === undefined
    ? element(name, { textContent: value })
    : element(name, { textContent: value.number, className: "number" });
}
