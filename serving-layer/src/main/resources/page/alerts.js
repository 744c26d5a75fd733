// The newest alerts of all views, asked for each second, where the deployment sends any.

import { get } from "./api.js";
import { element } from "./dom.js";
import { figure, time } from "./figures.js";

const EVERY = 1_000;
const SHOWN = 20;
const OF_EVERY_ROW = ["window_start", "window_end", "final"];
const at = (id) => document.getElementById(id);

/** Shows them from now on, with times in a timezone. */
export function follow(zone) {
  at("alerts-section").hidden = false;
  let shown = "";

  async function ask() {
    try {
      const { alerts } = await get(`v1/alerts?limit=${SHOWN}`);
      const text = JSON.stringify(alerts);
      // What is shown stays as it is, with what is selected in it, unless it has changed.
      if (text !== shown) {
        show(alerts, zone);
        shown = text;
      }
    } catch (problem) {
      at("alerts-remark").textContent = problem.message;
      shown = "";
    }
    setTimeout(ask, EVERY);
  }

  ask();
}

function show(alerts, zone) {
  at("alerts-remark").textContent = alerts.length === 0
    ? "No alert has been sent yet."
    : `The newest of all views, ${zone}.`;
  at("alerts").replaceChildren(
    element("thead", {}, line("th", ["state", "view", "at", "what"])),
    element("tbody", {}, ...alerts.map((alert) => row(alert, zone))),
  );
}

function row(alert, zone) {
  const { state, view, at: when, id } = alert;
  const shown = line("td", [state, view, time(when, zone), what(alert.row)]);
  shown.title = id;
  shown.className = state;
  return shown;
}

function line(name, texts) {
  return element("tr", {}, ...texts.map((text) => element(name, { textContent: text })));
}

/** What an alert is about: its row but for what every row has. A text may look like a number, and is none. */
function what(fields) {
  return Object.entries(fields)
    .filter(([name, value]) => !OF_EVERY_ROW.includes(name) && !Array.isArray(value))
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : figure(value)}`)
    .join(", ");
}
