// What an answer says of itself: the publication, the lag, the cut, and the coverage of each partition.

import { fill } from "./dom.js";
import { count, duration, figure, time } from "./figures.js";

const at = (id) => document.getElementById(id);

/**
 * The time of the cut in milliseconds, null before a publication: everything that was recorded up to it has been counted
 * by batch, in every partition. It is the lowest of the newest record timestamps below the cut.
 */
export function cutTime(certificate) {
  const times = certificate.partitions.map((partition) => partition.cut_time).filter((known) => known !== null);
  return times.length === 0 ? null : Math.min(...times.map(Date.parse));
}

/** Shows an answer's certificate and freshness. */
export function show(certificate, freshness, zone) {
  showPublication(certificate, zone);
  showLag(freshness, zone);
  showMissing(certificate);
  fill(
    at("coverage"),
    `of publication ${certificate.publication} and what came after`,
    ["topic", "partition", "cut", "recorded up to", "through", "by speed", "missing"],
    certificate.partitions.map((partition) => [
      partition.topic,
      { number: String(partition.partition) },
      { number: figure(partition.cut) },
      partition.cut_time === null ? "–" : time(partition.cut_time, zone),
      { number: figure(partition.through) },
      { number: figure(partition.through - partition.cut) },
      partition.missing.map(([from, to]) => `${from} to ${to - 1}`).join(", ") || "none",
    ]),
  );
}

function showPublication(certificate, zone) {
  at("publication").textContent = certificate.publication === 0
    ? "none yet"
    : `${certificate.publication}, of ${time(certificate.published_at, zone)}`;
}

function showLag(freshness, zone) {
  const records = freshness.behind_records;
  at("lag").textContent = records === 0 && freshness.behind_ms === 0
    ? "none: every record is counted"
    : `${count(records, "record", "records")}, ${duration(freshness.behind_ms)} behind`;
  at("newest-record").textContent = freshness.newest_event === null ? "none yet" : time(freshness.newest_event, zone);
}

function showMissing(certificate) {
  const missing = certificate.partitions
    .flatMap((partition) => partition.missing)
    .reduce((sum, [from, to]) => sum + to - from, 0);
  at("complete").textContent = certificate.complete ? "complete" : `${figure(missing)} missing`;
  at("complete").classList.toggle("alarm", !certificate.complete);
}

/** Says where the cut is, if the times from `first` to `last` (milliseconds) are shown. */
export function sayCut(cut, [first, last], zone) {
  if (cut === null) {
    at("cut").textContent = "Nothing has been published yet: the speed layer has counted everything that is shown.";
    return;
  }
  const where = cut < first ? "before what is shown" : cut > last ? "after what is shown" : "the dashed line";
  at("cut").textContent = `The cut is at ${time(cut, zone)}, ${where}: batch has counted what was recorded up to it,`
    + " the speed layer what was recorded later, late events of earlier times among it.";
}
