// One measure's lines, and the cut as a line across them.

import uPlot from "../webjars/uplot/1.6.30/dist/uPlot.esm.js";
import { element } from "./dom.js";
import { lines } from "./lines.js";

const HEIGHT = 230;
const COLOURS = ["#1c7ed6", "#e8590c", "#2f9e44", "#9c36b5", "#c2255c", "#0c8599", "#e67700", "#6741d9", "#66a80f", "#868e96"];

export class Chart {
  #measure;
  #by;
  #zone;
  #figure;
  #cut = element("div", { className: "cut", hidden: true }, element("span", { textContent: "cut" }));
  #cutTime = null;
  #labels = [];
  #range = [0, 1];
  #plot = null;
  #resized = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
  #closed = new AbortController();

  /** @param zone the timezone that the axis is labelled in */
  constructor(parent, measure, by, zone) {
    this.#measure = measure;
    this.#by = by;
    this.#zone = zone;
    this.#figure = element("div", { className: "chart", role: "img" });
    parent.append(element("h3", { textContent: measure }), this.#figure);
    this.#resized.observe(this.#figure);
    matchMedia("(prefers-color-scheme: dark)")
      .addEventListener("change", () => this.#forget(), { signal: this.#closed.signal });
  }

  /** Draws nothing any more. */
  close() {
    this.#resized.disconnect();
    this.#closed.abort();
    this.#forget();
  }

  /**
   * Draws the lines of an answer.
   *
   * @param range the first and the last time on the axis, in milliseconds
   * @param cutTime the time of the cut in milliseconds, null if there is none
   */
  show(rows, range, cutTime) {
    const drawn = lines(rows, this.#measure, this.#by, this.#labels);
    this.#cutTime = cutTime;
    this.#range = range.map((time) => time / 1_000);
    this.#figure.ariaLabel = `${this.#measure}: ${drawn.labels.length} lines over ${drawn.windows} windows`;
    const data = [drawn.x, ...drawn.values];
    if (this.#plot !== null && drawn.labels.length === this.#labels.length) {
      this.#plot.setData(data);
    } else {
      this.#forget();
      this.#labels = drawn.labels;
      this.#plot = new uPlot(this.#options(), data, this.#figure);
      this.#plot.over.append(this.#cut);
      this.#placeCut(this.#plot);
    }
  }

  #forget() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #size() {
    return { width: this.#figure.clientWidth, height: HEIGHT };
  }

  #options() {
    const style = getComputedStyle(document.documentElement);
    const axis = {
      stroke: style.getPropertyValue("--quiet"),
      grid: { stroke: style.getPropertyValue("--grid"), width: 1 },
      ticks: { stroke: style.getPropertyValue("--grid"), width: 1 },
    };
    return {
      ...this.#size(),
      tzDate: (time) => uPlot.tzDate(new Date(time * 1_000), this.#zone),
      scales: { x: { range: () => this.#range } },
      axes: [axis, { ...axis, size: 70 }],
      series: [
        {},
        ...this.#labels.map((label, place) => ({
          label, stroke: COLOURS[place % COLOURS.length], width: 2, points: { fill: style.getPropertyValue("--ground") },
        })),
      ],
      cursor: { sync: { key: "charts" } },
      hooks: { draw: [(plot) => this.#placeCut(plot)] },
    };
  }

  #placeCut(plot) {
    const [first, last] = this.#range;
    const seconds = this.#cutTime / 1_000;
    const visible = this.#cutTime !== null && seconds >= first && seconds <= last;
    this.#cut.hidden = !visible;
    if (visible) {
      this.#cut.style.left = `${plot.valToPos(seconds, "x")}px`;
    }
  }
}
