package dev.tidemark.serving.query;

import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.problem.HttpProblem;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a query.
 *
 * @param columns its columns
 * @param rows its rows, each with a value a column
 * @param certificate what it counts
 * @param freshness how far it is behind; empty of an answer of the past, which does not follow the log
 */
public record Answer(
        List<Column> columns, List<Object[]> rows, Certificate certificate, Optional<Freshness> freshness) {

    /**
     * Answers a query with all that has been counted, or refuses to.
     *
     * @throws HttpProblem if the query is wrong, if the source cannot be served, or if the query's conditions do not
     *     hold
     */
    public static Answer to(QueryRequest request, LiveSource live, ZoneId zone) throws InterruptedException {
        return Basis.live(request, live, zone, Instant.now()).answer(request.conditions());
    }
}
