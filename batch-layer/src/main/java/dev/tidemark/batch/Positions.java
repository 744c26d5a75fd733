package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.view.Coverage;
import dev.tidemark.view.Cut;
import dev.tidemark.view.OffsetRanges.Range;
import org.apache.spark.sql.Column;

/** Conditions on rows with {@code log_id}, {@code partition} and {@code offset}. */
final class Positions {

    private Positions() {}

    /** Whether a row's position is covered, and at or beyond {@code here}. */
    static Column within(Coverage coverage, Cut here) {
        Column any = lit(false);
        for (var log : coverage.logs().entrySet()) {
            for (var partition : log.getValue().entrySet()) {
                long begin = here.of(log.getKey(), partition.getKey()).orElse(0);
                for (Range range : partition.getValue().ranges()) {
                    any = any.or(col("log_id")
                            .equalTo(log.getKey())
                            .and(col("partition").equalTo(partition.getKey()))
                            .and(col("offset").geq(Math.max(range.from(), begin)))
                            .and(col("offset").lt(range.to())));
                }
            }
        }
        return any;
    }
}
