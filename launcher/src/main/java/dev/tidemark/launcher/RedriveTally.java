package dev.tidemark.launcher;

import dev.tidemark.deployment.deadletter.StoredLetter;
import dev.tidemark.schema.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What becomes of the dead letters that a redrive is asked for. Accumulates. */
final class RedriveTally {

    /** How many refusals are told one by one. */
    private static final int MOST_TOLD = 100;

    private final Consumer<String> err;
    private long sent;
    private long already;
    private long expressions;
    private long refused;

    RedriveTally(Consumer<String> err) {
        this.err = err;
    }

    void sent() {
        sent++;
    }

    /** It had been sent in an earlier run. */
    void already() {
        already++;
    }

    /** It is well-formed, so other views may count it: it is left where it is. */
    void expression() {
        expressions++;
    }

    void refuse(StoredLetter letter, String why) {
        refuse("partition %d offset %d: %s"
                .formatted(letter.position().partition(), letter.position().offset(), why));
    }

    /** @param place the file and line of a correction */
    void refuseUnknown(String place, Position position) {
        refuse("%s: there is no dead letter of partition %d offset %d in log %s"
                .formatted(place, position.partition(), position.offset(), position.log()));
    }

    private void refuse(String message) {
        refused++;
        if (refused <= MOST_TOLD) {
            err.accept(message);
        } else if (refused == MOST_TOLD + 1) {
            err.accept("… and more");
        }
    }

    boolean hasRefused() {
        return refused > 0;
    }

    /** One line for people. */
    String text(String source, boolean dryRun) {
        String line = "%s: %,d %s, %,d had been before, %,d refused"
                .formatted(source, sent, dryRun ? "would be sent again" : "sent again", already, refused);
        return expressions == 0
                ? line
                : line
                        + ("; %,d of reason expression stay where they are: views whose expressions hold count them, and"
                                        + " once the others are mended, recompute does")
                                .formatted(expressions);
    }

    /** The members of the last line for scripts. */
    Map<String, Object> json(String source) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("source", source);
        json.put("sent", sent);
        json.put("already", already);
        json.put("refused", refused);
        json.put("expression", expressions);
        return json;
    }
}
