// From an answer's rows to lines that can be drawn.

import { label } from "./groups.js";

/**
 * The lines of one measure, a line a group.
 *
 * @param by the dimension that splits, if any
 * @param labels the labels of the lines that there were: they keep their places
 * @return {x, labels, values, windows}: times in seconds, and for each label its values at them, null where a line breaks;
 *     and how many windows there are, since not every time is one's start
 */
export function lines(rows, measure, by, labels) {
  const x = times(rows);
  const places = new Map(x.map((time, place) => [time, place]));
  const values = new Map(labels.map((name) => [name, new Array(x.length).fill(null)]));
  for (const row of rows) {
    const name = by ? label(row[by]) : measure;
    if (!values.has(name)) {
      values.set(name, new Array(x.length).fill(null));
    }
    values.get(name)[places.get(seconds(row.window_start))] = number(row[measure]);
  }
  const windows = new Set(rows.map((row) => row.window_start)).size;
  return { x, labels: [...values.keys()], values: [...values.values()], windows };
}

/** The windows' starts, and a time in each gap between windows: no line shall bridge what has no events. */
function times(rows) {
  const ends = new Map(rows.map((row) => [seconds(row.window_start), seconds(row.window_end)]));
  const starts = [...ends.keys()].sort((one, other) => one - other);
  const all = [];
  for (const [place, start] of starts.entries()) {
    all.push(start);
    const end = ends.get(start);
    if (place + 1 < starts.length && starts[place + 1] > end) {
      all.push(end);
    }
  }
  return all;
}

function seconds(time) {
  return Date.parse(time) / 1_000;
}

/** Decimals come as strings, so that they stay exact; what is drawn need not be. */
function number(value) {
  const drawn = Number(value);
  return value === null || !Number.isFinite(drawn) ? null : drawn;
}
