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

/** Shows the certificate and the freshness of an answer about a view. */
export function show(view, { certificate, freshness }, zone) {
  showPublication(view, certificate, zone);
  showLag(freshness, zone);
  showMissing(certificate);
  fill(
    at("coverage"),
    `of publication ${certificate.publication} and what came after`,
    ["topic", "partition", "cut", "recorded up to", "through", "by speed", "deferred", "excluded", "missing"],
    [...certificate.partitions.map((partition) => [
      partition.topic,
      { number: String(partition.partition) },
      { number: figure(partition.cut) },
      partition.cut_time === null ? "–" : time(partition.cut_time, zone),
      { number: figure(partition.through) },
      { number: figure(partition.through - partition.cut) },
      { number: figure(partition.deferred) },
      { number: figure(partition.excluded) },
      partition.missing.map(([from, to]) => `${from} to ${to - 1}`).join(", ") || "none",
    ]), ...certificate.imports.map(imported)],
  );
}

/** An import is counted whole, by batch alone. */
function imported({ id, files, rows }) {
  const zero = { number: figure(0) };
  return [id, count(files, "file", "files"), { number: figure(rows) }, "–", { number: figure(rows) }, zero, zero, zero, "none"];
}

function showPublication(view, certificate, zone) {
  const none = view.layers === "speed" ? "never: it is streamed alone" : "none yet";
  at("publication").textContent = certificate.publication === 0
    ? none
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
export function sayCut(view, certificate, [first, last], zone) {
  at("cut").textContent = cutSentence(view, certificate, [first, last], zone);
}

function cutSentence(view, certificate, [first, last], zone) {
  const cut = cutTime(certificate);
  if (view.layers === "speed") {
    return "The speed layer alone computes this view, from its increments on: there is no cut.";
  }
  if (cut === null) {
    return "Nothing has been published yet: the speed layer has counted everything that is shown.";
  }
  const where = cut < first ? "before what is shown" : cut > last ? "after what is shown" : "the dashed line";
  const place = `The cut is at ${time(cut, zone)}, ${where}: batch has counted what was recorded up to it,`;
  return certificate.reaches === undefined
    ? `${place} the speed layer what was recorded later, late events of earlier times among it.`
    : `${place} and computes this view alone: events appended since ${time(certificate.reaches, zone)} come with the`
      + " next publication.";
}
