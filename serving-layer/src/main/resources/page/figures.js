// How numbers and times read.

/** A number as it came: every digit of a decimal, grouped by thousands. */
export function figure(value) {
  if (value === null || value === undefined || value === "") {
    return "–";
  }
  if (Number.isNaN(Number(value))) {
    return String(value);
  }
  const digits = /\.(\d+)$/.exec(String(value))?.[1].length ?? 0;
  const most = typeof value === "string" ? digits : Math.min(digits, 3);
  return new Intl.NumberFormat("en", { minimumFractionDigits: Math.min(digits, most), maximumFractionDigits: most })
    .format(value);
}

/** A number of things in words. */
export function count(number, one, many) {
  return `${figure(number)} ${number === 1 ? one : many}`;
}

/** A duration in the unit that fits. */
export function duration(milliseconds) {
  if (milliseconds < 1_000) {
    return `${milliseconds} ms`;
  }
  const seconds = milliseconds / 1_000;
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}

/** A view's timezone by the name that browsers know it by: Java writes offsets in more ways than one. */
export function zoneOf(view) {
  const offset = view.timezone.replace(/^(UTC|GMT|UT)(?=[+-])/, "");
  return offset === "Z" ? "UTC" : offset;
}

/** A time of an answer, to the second. */
export function time(iso, zone) {
  const parts = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  return parts.format(new Date(iso));
}
