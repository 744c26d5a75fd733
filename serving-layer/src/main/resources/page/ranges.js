// Which range of event time is shown, in windows of which length.

import { rows } from "./api.js";

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const HOUR = UNITS.h;

const RANGES = [
  ["15m", "15 minutes"], ["1h", "1 hour"], ["6h", "6 hours"], ["1d", "1 day"],
  ["1w", "7 days"], ["30d", "30 days"], ["90d", "90 days"], ["all", "Everything"],
];
const WINDOWS = ["1m", "5m", "15m", "1h", "1d", "1w"];
const MOST_POINTS = 300;
const FEW_POINTS = 48;

/** The length of a duration such as 15m, in milliseconds. */
export function millis(text) {
  const [, number, unit] = /^(\d+)(ms|s|m|h|d|w)$/.exec(text);
  return number * UNITS[unit];
}

/** The ranges that a view can be shown for: pairs of value and label. */
export function ranges(view) {
  const pane = millis(view.pane);
  return RANGES.filter(([name]) => name === "all" || (millis(name) >= 2 * pane && millis(name) % pane === 0));
}

/** The shortest range that shows something of a line. */
export function usualRange(view) {
  const pane = millis(view.pane);
  return ranges(view).find(([name]) => name === "all" || millis(name) >= FEW_POINTS * pane)[0];
}

/** The windows that are unions of a view's panes and no longer than a range. */
export function windows(view, range) {
  const pane = millis(view.pane);
  const most = range === "all" ? Infinity : millis(range);
  const longer = WINDOWS.map((name) => [name, millis(name)])
    .filter(([, length]) => length > pane && length <= most && (length >= HOUR || length % pane === 0))
    .map(([name]) => name);
  return [view.pane, ...longer];
}

/** The shortest window that makes no more points than can be told apart; the longest if all make more. */
function fitting(view, range, length) {
  const all = windows(view, range);
  return all.find((name) => length / millis(name) <= MOST_POINTS) ?? all[all.length - 1];
}

/**
 * The query parameters that show a range: the time up to now if it has events, or else as much before the newest ones,
 * since history is worth a look too. Undefined if the view has no events at all.
 */
export async function place(view, range, window) {
  const measures = view.measures[0].name;
  const days = await rows(view.name, { window: "1d", measures });
  if (days.length === 0) {
    return undefined;
  }
  const first = days[0].window_start;
  const lastDay = days[days.length - 1];
  if (range === "all") {
    return { window: window || fitting(view, range, Date.parse(lastDay.window_end) - Date.parse(first)) };
  }
  const length = millis(range);
  const chosen = window || fitting(view, range, length);
  const [newest] = await rows(view.name, {
    from: lastDay.window_start, window: view.pane, measures, order: "-window_start", limit: 1,
  });
  const end = Date.parse(newest.window_end);
  if (end > Date.now() - length) {
    return { last: range, window: chosen };
  }
  return { from: await onPane(view, new Date(end - length).toISOString(), measures), window: chosen };
}

/** The time, or the nearest before it that is on a pane: where clocks have changed, only the server knows. */
async function onPane(view, time, measures) {
  try {
    await rows(view.name, { from: time, measures, limit: 1 });
    return time;
  } catch (problem) {
    if (problem.field === "from") {
      return problem.accepted[0];
    }
    throw problem;
  }
}
