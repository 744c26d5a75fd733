package dev.tidemark.serving;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.aggregate.Occurrence;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/**
 * An event of the shop, and where it stands in the log.
 *
 * @param region null where the event has none
 */
record Sale(Position position, long recordTimestamp, Instant time, String region, long pieces, BigDecimal amount) {

    Instant pane() {
        return time.truncatedTo(ChronoUnit.MINUTES);
    }

    LocalDate day() {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    List<Object> dimensions() {
        return Arrays.asList((Object) region);
    }

    Occurrence at() {
        return new Occurrence(Micros.of(time), position);
    }

    Contribution contribution() {
        return contribution(pane());
    }

    private Contribution contribution(Instant pane) {
        double weight = pieces;
        List<Object> inputs = Arrays.asList(amount, pieces, pieces, weight, weight, amount, region, pieces, region);
        return new Contribution(Bucket.COUNTED, Micros.of(pane), dimensions(), inputs);
    }

    /** Its increment in a view of sessions, and of panes that begin when it happens. */
    Increment incrementAtItsTime() {
        return new Increment(
                position, position.offset(), recordTimestamp, Micros.of(time), List.of(contribution(time)));
    }

    /** Its increment, covering from the position {@code from} on. */
    Increment increment(long from) {
        return new Increment(position, from, recordTimestamp, Micros.of(time), List.of(contribution()));
    }

    Increment increment() {
        return increment(position.offset());
    }

    /** Its increment under a view whose filter does not hold for it. */
    Increment filtered() {
        return in(Bucket.FILTERED);
    }

    /** Its increment where it does not count. */
    Increment in(Bucket bucket) {
        return new Increment(position, position.offset(), recordTimestamp, 0, List.of(Contribution.none(bucket)));
    }
}
