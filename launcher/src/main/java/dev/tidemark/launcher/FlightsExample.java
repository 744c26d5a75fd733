package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Two weeks of real flights: the first is history, the second is played. Each record is stamped with its flight's time. */
final class FlightsExample implements Example {

    /** Its events in the order of their time, below its folder. */
    static final String LINES = "data/flights-2001-01.ndjson.gz";

    private static final Instant LIVE_FROM = Instant.parse("2001-01-08T00:00:00Z");

    @Override
    public String name() {
        return "flights";
    }

    @Override
    public String query() {
        return "/v1/views/delays_by_origin/query?from=2001-01-01T00:00:00Z&to=2001-01-15T00:00:00Z"
                + "&by=origin&measures=flights,average_delay&order=-flights&limit=5";
    }

    @Override
    public ExampleEvents events(Deployment copy) {
        return new Flights(Lines.of(copy.file().resolveSibling(LINES)), copy.source(name()), LIVE_FROM);
    }

    /** Events that are lines of a file. */
    record Flights(Lines lines, Source source, Instant liveFrom) implements ExampleEvents {

        @Override
        public Optional<ExampleEvent> next() {
            return lines.next().map(line -> new Flight(source, line, LineFields.of(line, source), liveFrom));
        }

        @Override
        public void close() {
            lines.close();
        }
    }

    private record Flight(Source source, byte[] line, LineFields fields, Instant liveFrom) implements ExampleEvent {

        @Override
        public Optional<byte[]> key() {
            return fields.key().map(text -> text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public byte[] partitionedBy() {
            return key().orElse(line);
        }

        @Override
        public boolean isHistory() {
            return fields.eventTime().filter(liveFrom::isAfter).isPresent();
        }

        @Override
        public long timestamp(long now) {
            return fields.historicalTimestamp(now);
        }

        @Override
        public byte[] line(long timestamp) {
            return line;
        }
    }
}
