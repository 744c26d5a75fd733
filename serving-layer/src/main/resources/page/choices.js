// What the reader chooses: the form, kept in the page's address so that it can be shared.

import { element } from "./dom.js";
import { ranges, usualRange, windows } from "./ranges.js";

const form = document.getElementById("choices");
const measures = document.getElementById("measures");

/** Offers the views, takes over what the address says, and calls `chosen` whenever something else is chosen. */
export function offer(views, chosen) {
  options(form.elements.view, views.map((view) => [view.name, view.name]));
  const wanted = new URLSearchParams(location.search);
  select(form.elements.view, wanted.get("view"));
  offerView(view(views), wanted);
  form.addEventListener("change", (event) => {
    if (event.target === form.elements.view) {
      offerView(view(views), new URLSearchParams());
    } else if (event.target === form.elements.range) {
      offerWindows(view(views), form.elements.window.value);
    }
    requireMeasure();
    remember();
    chosen();
  });
}

/** What is chosen. */
export function current(views) {
  return {
    view: view(views),
    measures: checked(),
    by: form.elements.by.value,
    range: form.elements.range.value,
    window: form.elements.window.value,
  };
}

function view(views) {
  return views.find((one) => one.name === form.elements.view.value);
}

function offerView(view, wanted) {
  document.getElementById("description").textContent = view.description ?? "";
  options(form.elements.by, [["", "nothing"], ...view.dimensions.map(({ name }) => [name, name])]);
  options(form.elements.range, ranges(view));
  select(form.elements.by, wanted.get("by"));
  select(form.elements.range, usualRange(view));
  select(form.elements.range, wanted.get("range"));
  offerWindows(view, wanted.get("window"));
  offerMeasures(view, wanted.get("measures")?.split(",") ?? []);
}

function offerWindows(view, wanted) {
  const fit = windows(view, form.elements.range.value);
  options(form.elements.window, [["", "as fits"], ...fit.map((name) => [name, name])]);
  select(form.elements.window, wanted);
}

function offerMeasures(view, wanted) {
  const boxes = drawable(view).map(({ name }) => element(
    "label", {}, element("input", { type: "checkbox", name: "measure", value: name, checked: wanted.includes(name) }),
    ` ${name}`,
  ));
  measures.replaceChildren(measures.querySelector("legend"), ...boxes);
  requireMeasure();
}

/** The measures whose results are numbers; before the types are known, all. */
function drawable(view) {
  const numbers = view.measures.filter(({ type }) => type === null || /^(bigint|double|decimal)/.test(type));
  return numbers.length === 0 ? view.measures : numbers;
}

/** One measure is always chosen: the first, unless the reader says otherwise. */
function requireMeasure() {
  if (checked().length === 0 && measures.querySelector("input") !== null) {
    measures.querySelector("input").checked = true;
  }
}

function checked() {
  return [...measures.querySelectorAll("input:checked")].map((box) => box.value);
}

function options(list, pairs) {
  list.replaceChildren(...pairs.map(([value, text]) => element("option", { value, textContent: text })));
}

/** Selects a value if the list has it. */
function select(list, value) {
  if ([...list.options].some((option) => option.value === value)) {
    list.value = value;
  }
}

function remember() {
  const { view, by, range, window } = form.elements;
  const search = new URLSearchParams({
    view: view.value, measures: checked().join(","), by: by.value, range: range.value, window: window.value,
  });
  history.replaceState(null, "", `?${search}`);
}
