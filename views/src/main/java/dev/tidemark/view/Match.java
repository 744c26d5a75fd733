package dev.tidemark.view;

import dev.tidemark.schema.Position;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Events that follow each other as a pattern says. It is where its last event is, which completed it: that one's are its
 * dimensions and measures.
 *
 * @param events an event for each step, in order
 */
public record Match(List<StepEvent> events) {

    private static final int ID_DIGITS = 32;

    public Match {
        events = List.copyOf(events);
    }

    public StepEvent first() {
        return events.get(0);
    }

    /** The event that completed it. */
    public StepEvent last() {
        return events.get(events.size() - 1);
    }

    /** When it was completed, in microseconds of the epoch. */
    public long time() {
        return last().time();
    }

    /** The positions of its events, in order. */
    public List<Position> positions() {
        return events.stream().map(event -> event.at().position()).toList();
    }

    /** What tells it from every other match, whoever finds it: the first 128 bits of SHA-256 over the view's name and its positions. */
    public String id(String view) {
        String content =
                positions().stream().map(Position::toString).collect(Collectors.joining("\n", view + "\n", ""));
        return new Fingerprint().add(content).hex(ID_DIGITS);
    }
}
