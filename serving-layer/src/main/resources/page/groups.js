// Which groups get a line where a view is split by a dimension.

import { rows } from "./api.js";

/** How many groups get lines of their own. */
export const MOST = 10;

/**
 * The query parameters that split a view by a dimension, and what to say of them: if there are too many groups, the
 * largest by a measure are chosen, once, so that lines do not come and go.
 */
export async function split(view, by, measure, range) {
  if (!by) {
    return { parameters: {}, remark: "" };
  }
  const { window, ...whole } = range;
  const leaders = await rows(view.name, { ...whole, by, measures: measure, order: `-${measure}`, limit: MOST + 1 });
  if (leaders.length <= MOST) {
    return { parameters: { by }, remark: "" };
  }
  const values = leaders.slice(0, MOST).map((row) => row[by]).filter((value) => value !== null);
  return {
    parameters: { by, [`filter[${by}]`]: values.map(String) },
    remark: `There are more than ${MOST} groups: shown are those with the greatest ${measure} when they were chosen.`,
  };
}

/** What a group is called. */
export function label(value) {
  return value === null ? "(none)" : String(value);
}
