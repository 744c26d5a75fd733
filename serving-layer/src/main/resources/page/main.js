// The page: what is chosen is asked for live, and each answer is drawn.

import { address, get } from "./api.js";
import * as alerts from "./alerts.js";
import * as certificate from "./certificate.js";
import { Chart } from "./chart.js";
import * as choices from "./choices.js";
import { fill } from "./dom.js";
import { figure, time, zoneOf } from "./figures.js";
import { split } from "./groups.js";
import { listen } from "./live.js";
import { millis, place } from "./ranges.js";

const AGAIN = 2_000;
const at = (id) => document.getElementById(id);

let views = [];
let stop = () => {};
let turn = 0;

async function begin() {
  try {
    const status = await get("v1/status");
    const all = (await get("v1/views")).views;
    at("deployment").textContent = status.deployment;
    views = all.filter((view) => view.pane !== undefined);
    if (status.alerts.length > 0) {
      alerts.follow(zoneOf(all[0]));
    }
  } catch (problem) {
    complain(problem.message);
    setTimeout(begin, AGAIN);
    return;
  }
  complain("");
  if (views.length === 0) {
    at("choices").hidden = true;
    say("connection", "");
    remark("This deployment has no views yet that could be drawn. A view is a YAML file in its views folder.");
    return;
  }
  choices.offer(views, choose);
  choose();
}

/** Shows what is chosen, and nothing else any more. */
async function choose() {
  stop();
  const mine = ++turn;
  const chosen = choices.current(views);
  try {
    const range = await place(chosen.view, chosen.range, chosen.window);
    const groups = range && await split(chosen.view, chosen.by, chosen.measures[0], range);
    if (mine === turn) {
      complain("");
      follow(chosen, range, groups);
    }
  } catch (problem) {
    if (mine === turn) {
      complain(problem.message);
      const again = setTimeout(choose, AGAIN);
      stop = () => clearTimeout(again);
    }
  }
}

/** @param range undefined if the view has no events yet: then any will do to hear of the first */
function follow(chosen, range, groups) {
  const { view, measures, by } = chosen;
  at("charts").replaceChildren();
  const charts = measures.map((measure) => new Chart(at("charts"), measure, by, zoneOf(view)));
  const query = { ...(range ?? { window: view.pane }), ...groups?.parameters, measures: measures.join(",") };
  let answer = null;

  function draw() {
    if (answer !== null) {
      show(chosen, answer, charts, groups?.remark ?? "");
      answer = null;
    }
  }

  const unlisten = listen(address(view.name, "live", query), {
    rows(next) {
      say("connection", "Live");
      complain("");
      if (isOver(range, chosen.range, next.rows) || (range === undefined && next.rows.length > 0)) {
        choose();
        return;
      }
      // Only the newest is drawn, when the screen is.
      if (answer === null) {
        requestAnimationFrame(draw);
      }
      answer = next;
    },
    problem: ({ detail }) => complain(detail),
    lost: () => say("connection", "The connection is lost; trying again …"),
  });
  stop = () => {
    unlisten();
    charts.forEach((chart) => chart.close());
    answer = null;
  };
}

/** Whether events have moved on so far from the start of a range in the past that it is to be placed anew. */
function isOver(range, length, rows) {
  return range?.from !== undefined && rows.length > 0
    && Date.parse(rows[rows.length - 1].window_start) - Date.parse(range.from) > 1.5 * millis(length);
}

function show({ view, measures, by }, answer, charts, groupsRemark) {
  const zone = zoneOf(view);
  const { rows } = answer;
  certificate.show(view, answer, zone);
  remark(rows.length === 0 ? `${view.name} has counted no events in this range yet.` : groupsRemark);
  at("charts").hidden = rows.length === 0;
  at("cut").hidden = rows.length === 0;
  if (rows.length === 0) {
    at("newest").replaceChildren();
    return;
  }
  const last = rows[rows.length - 1];
  const cut = certificate.cutTime(answer.certificate);
  const times = shown(rows, cut);
  charts.forEach((chart) => chart.show(rows, times, cut));
  certificate.sayCut(view, answer.certificate, times, zone);
  fill(
    at("newest"),
    `from ${time(last.window_start, zone)} to ${time(last.window_end, zone)}, ${zone}`,
    [...(by ? [by] : []), ...measures],
    rows.filter((row) => row.window_start === last.window_start).map((row) => [
      ...(by ? [row[by] ?? "(none)"] : []),
      ...measures.map((measure) => ({ number: figure(row[measure]) })),
    ]),
  );
}

/** The first and the last time to show: the rows' windows, and the cut if it is not far beyond them. */
function shown(rows, cut) {
  const first = Date.parse(rows[0].window_start);
  const last = Date.parse(rows[rows.length - 1].window_end);
  return [first, cut > last && cut - last < last - first ? cut : last];
}

function say(id, text) {
  at(id).textContent = text;
}

function remark(text) {
  at("remark").hidden = text === "";
  say("remark", text);
}

function complain(text) {
  at("problem").hidden = text === "";
  say("problem", text);
}

begin();
