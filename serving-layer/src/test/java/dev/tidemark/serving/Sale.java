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

    /** Which steps of the shop's pattern it fits, or whether it cancels. */
    long fits() {
        if (amount.compareTo(new BigDecimal("13.00")) == 0) {
            return 4;
        }
        return amount.compareTo(BigDecimal.ONE) < 0 ? 1 : amount.compareTo(new BigDecimal(500)) > 0 ? 2 : 0;
    }

    /** Its increment in the view of frauds. */
    Increment stepEvent() {
        Contribution counted = new Contribution(
                Bucket.COUNTED,
                Micros.of(time),
                Arrays.asList(region, fits()),
                contribution().inputs());
        return new Increment(
                position,
                position.offset(),
                recordTimestamp,
                Micros.of(time),
                List.of(fits() == 0 ? Contribution.none(Bucket.FILTERED) : counted));
    }

    /** What tells its cell apart there. */
    List<Object> stepKey() {
        return Arrays.asList(region, fits(), position.log(), (long) position.partition(), position.offset());
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
