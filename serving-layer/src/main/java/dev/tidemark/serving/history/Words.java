package dev.tidemark.serving.history;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.serving.query.Certificate;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What happened, in words that need no knowledge of how answers are made.
 *
 * @param zone the timezone of the times
 */
record Words(ZoneId zone) {

    private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final String START = "_start";

    /** How many values a text names; the rest it counts. */
    private static final int MOST_VALUES = 3;

    /** A publication that answers otherwise than the one before. */
    String changed(Publication publication, AnswerChange change, Reasons reasons) {
        return "%s: %s%s.".formatted(made(publication), change(change), why(reasons));
    }

    /** A publication that cannot answer what the one before could. */
    String silenced(Publication publication, Reasons reasons, String reason) {
        return "%s: this cannot be asked of it%s: %s."
                .formatted(made(publication), reasons.definition().isPresent() ? definition(reasons) : "", reason);
    }

    /** A publication that answers what the one before could not. */
    String answerable(Publication publication, Reasons reasons, String reason) {
        return "%s: it answers this, which could not be asked of the one before%s: %s."
                .formatted(made(publication), reasons.definition().isPresent() ? definition(reasons) : "", reason);
    }

    /** What is answered now, beside what the publication that it goes on from answers. */
    String now(Certificate certificate, AnswerChange change) {
        long since = certificate.partitions().stream()
                .mapToLong(partition -> partition.through() - partition.cut())
                .sum();
        String from = "publication " + certificate.publication();
        return change.isNone()
                ? "Now: the same as " + from + " answers"
                        + (since == 0 ? "." : ", though " + come(since) + " since its cut.")
                : "Now: %s, since %s since the cut of %s.".formatted(change(change), come(since), from);
    }

    private static String come(long records) {
        return records == 1 ? "1 record has come" : "%,d records have come".formatted(records);
    }

    private String made(Publication publication) {
        return "Publication %d of %s, %s"
                .formatted(publication.number(), minutes(publication.publishedAt()), made(publication.cause()));
    }

    private static String made(Cause cause) {
        return switch (cause.kind()) {
            case RECOMPUTE -> "made by a recompute";
            case DAYS -> "made by a recompute of chosen days";
            case ADVANCE -> "made by an advance";
            case REPLAY -> "made when replay %d was approved".formatted(cause.number());
            case ROLLBACK -> "rolled back to publication %d".formatted(cause.number());
            case UNKNOWN -> "made by a release that did not say why";
        };
    }

    private static String why(Reasons reasons) {
        List<String> why = new ArrayList<>();
        if (reasons.cause().kind() == Cause.Kind.ROLLBACK) {
            why.add("as publication %d had it".formatted(reasons.cause().number()));
        }
        if (reasons.definition().isPresent()) {
            why.add("since " + statements(reasons.definition().get()));
        }
        addImports("imported", reasons.imported(), why);
        addImports("taken out again", reasons.revoked(), why);
        if (!reasons.events().isEmpty()) {
            why.add((why.isEmpty() ? "since " : "and ") + events(reasons));
        }
        if (why.isEmpty()) {
            why.add("though as many events of these days are counted as before");
        }
        return ", " + String.join(", ", why);
    }

    private static void addImports(String what, List<String> imports, List<String> why) {
        if (!imports.isEmpty()) {
            why.add("since history was %s (%s)".formatted(what, String.join(", ", imports)));
        }
    }

    private static String definition(Reasons reasons) {
        return ", since " + statements(reasons.definition().orElseThrow());
    }

    private static String statements(DefinitionChange definition) {
        return "the view's definition was changed (" + String.join("; ", definition.what()) + ")";
    }

    private static String events(Reasons reasons) {
        boolean cameIn = reasons.cutMoved()
                && reasons.counted() > 0
                && reasons.definition().isEmpty()
                && reasons.imported().isEmpty()
                && reasons.revoked().isEmpty()
                && reasons.cause().number() == null;
        if (cameIn) {
            return events(reasons.counted(), "")
                    + " of these days that had come in by then "
                    + (reasons.counted() == 1 ? "was not counted before" : "were not counted before");
        }
        return reasons.events().entrySet().stream()
                .map(bucket -> more(bucket.getKey(), bucket.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String more(Bucket bucket, long events) {
        return "%s of these days %s %s"
                .formatted(
                        events(events, events > 0 ? " more" : " fewer"),
                        Math.abs(events) == 1 ? "is" : "are",
                        in(bucket));
    }

    private static String in(Bucket bucket) {
        return switch (bucket) {
            case COUNTED -> "counted";
            case MALFORMED -> "malformed";
            case DUPLICATE -> "left out as repeated";
            case DEFERRED -> "put off as late";
            case EXCLUDED -> "left out as late";
            case FILTERED -> "left out by the view's filter";
            case FAILED -> "left out since an expression fails";
        };
    }

    private static String events(long number, String which) {
        long events = Math.abs(number);
        return "%,d%s %s".formatted(events, which, events == 1 ? "event" : "events");
    }

    private String change(AnswerChange change) {
        List<String> phrases = new ArrayList<>();
        int named = 0;
        for (RowChange row : change.rows()) {
            if (named < MOST_VALUES) {
                phrases.add(row(row, MOST_VALUES - named));
                named += Math.min(values(row), MOST_VALUES - named);
            }
        }
        int all = change.rows().stream().mapToInt(Words::values).sum();
        if (all > named) {
            phrases.add("%,d more %s changed".formatted(all - named, all - named == 1 ? "value" : "values"));
        }
        return String.join(", ", phrases);
    }

    private static int values(RowChange row) {
        return row.after().or(row::before).orElseThrow().size();
    }

    private String row(RowChange row, int most) {
        if (row.before().isEmpty()) {
            return "there is a row%s now, with %s"
                    .formatted(of(row.key()), values(row.after().orElseThrow(), most));
        }
        if (row.after().isEmpty()) {
            return "there is no row%s any more, which had %s"
                    .formatted(of(row.key()), values(row.before().orElseThrow(), most));
        }
        Map<String, Object> before = row.before().get();
        return row.after().get().entrySet().stream()
                .limit(most)
                .map(after -> "%s%s went from %s to %s"
                        .formatted(
                                after.getKey(),
                                of(row.key()),
                                value(before.get(after.getKey())),
                                value(after.getValue())))
                .collect(Collectors.joining(", "));
    }

    private String values(Map<String, Object> values, int most) {
        return values.entrySet().stream()
                .limit(most)
                .map(value -> value.getKey() + " " + value(value.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Whose row: "of region EU in the window of 2026-03-02 12:00 UTC". */
    private String of(Map<String, Object> key) {
        List<String> dimensions = new ArrayList<>();
        Optional<String> time = Optional.empty();
        for (Map.Entry<String, Object> part : key.entrySet()) {
            String name = part.getKey();
            if (name.endsWith(START) && part.getValue() instanceof Instant start) {
                time = Optional.of(
                        " in the %s of %s".formatted(name.substring(0, name.length() - START.length()), value(start)));
            } else if (!name.equals("window_end") && !name.equals("match_end") && !name.equals("positions")) {
                dimensions.add(part.getValue() == null ? "no " + name : name + " " + value(part.getValue()));
            }
        }
        return (dimensions.isEmpty() ? "" : " of " + String.join(" and ", dimensions)) + time.orElse("");
    }

    private String value(Object value) {
        if (value == null) {
            return "nothing";
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Instant time) {
            return time(time);
        }
        if (value instanceof RankedItem item) {
            return "%s (%d)".formatted(item.item() == null ? "none" : value(item.item()), item.count());
        }
        if (value instanceof List<?> items) {
            return items.isEmpty() ? "nothing" : items.stream().map(this::value).collect(Collectors.joining(", "));
        }
        return value.toString();
    }

    private String time(Instant time) {
        boolean whole = time.getEpochSecond() % 60 == 0 && time.getNano() == 0;
        return whole ? minutes(time) : SECONDS.format(time.atZone(zone)) + " " + zoneName();
    }

    private String minutes(Instant time) {
        return MINUTES.format(time.atZone(zone)) + " " + zoneName();
    }

    private String zoneName() {
        return zone.normalized().equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }
}
