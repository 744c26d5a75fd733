package dev.tidemark.launcher;

import dev.tidemark.deployment.deadletter.Positions;
import dev.tidemark.deployment.deadletter.StoredLetter;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged;
import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.WellFormed;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides of each dead letter whether its event is sent again, and hands over those that are, in batches of a bounded
 * size. Accumulates; not thread-safe.
 */
final class Redriver {

    /** Why an event that fails an expression of a view is not sent again. */
    static final String EXPRESSION =
            "an event that fails a view's expression is well-formed, and views whose expressions"
                    + " hold count it: sent again, it would count twice there; mend the view's expression, and recompute counts"
                    + " it where it is";

    private static final int MOST_EVENTS = 500;
    private static final int MOST_BYTES = 8 << 20;
    private static final int MOST_BYTES_OF_ONE = 15 << 20;

    private final Source source;
    private final List<LetterCondition> where;
    private final Optional<Fixes> fixes;
    private final Positions marked;
    private final RedriveTally tally;
    private final Consumer<List<Redriven>> transaction;
    private final Judge judge;
    private final Positions seen = new Positions();
    private final List<Redriven> batch = new ArrayList<>();
    private long batchBytes;

    /**
     * @param where the conditions that all have to hold
     * @param fixes the corrected values; of others nothing is sent then
     * @param marked the positions that were sent again before
     * @param transaction takes each batch
     */
    Redriver(
            Source source,
            List<LetterCondition> where,
            Optional<Fixes> fixes,
            Positions marked,
            RedriveTally tally,
            Consumer<List<Redriven>> transaction) {
        this.source = source;
        this.where = where;
        this.fixes = fixes;
        this.marked = marked;
        this.tally = tally;
        this.transaction = transaction;
        this.judge = new Judge(source);
    }

    /** Takes in a dead letter. The topic may have it several times; all but the first are passed over. */
    void take(StoredLetter letter) {
        if (!seen.add(letter.position())) {
            return;
        }
        Optional<Fixes.Fix> fix = fixes.flatMap(all -> all.of(letter.position()));
        boolean isAsked = fixes.isEmpty() || fix.isPresent();
        if (isAsked && LetterCondition.hold(where, letter)) {
            decide(letter, fix);
        }
    }

    private void decide(StoredLetter letter, Optional<Fixes.Fix> fix) {
        if (marked.contains(letter.position())) {
            tally.already();
        } else if (!letter.isMalformed() && fix.isEmpty()) {
            tally.expression();
        } else {
            Redriven event =
                    new Redriven(letter, fix.map(Fixes.Fix::value).orElse(letter.value()), System.currentTimeMillis());
            refusal(event, fix).ifPresentOrElse(why -> tally.refuse(letter, why), () -> add(event));
        }
    }

    /** Why an event must not be sent, if so. */
    private Optional<String> refusal(Redriven event, Optional<Fixes.Fix> fix) {
        StoredLetter letter = event.letter();
        if (!letter.isMalformed()) {
            return Optional.of(EXPRESSION);
        }
        if (letter.isLeftOut() && fix.isEmpty()) {
            return Optional.of("the record is too large, and was not copied (%s); give its value with --fix"
                    .formatted(letter.letter().message()));
        }
        if (judge.judge(letter.value(), letter.letter().origin().timestamp()) instanceof WellFormed) {
            return Optional.of(
                    "it is well-formed by the files as they are now: `tidemark archive` judges it again after"
                            + " a change of the schema or the rules, and `tidemark recompute` counts it where it is; sent again,"
                            + " it would count twice");
        }
        if (event.value() != null && event.value().length > MOST_BYTES_OF_ONE) {
            return Optional.of(
                    "its value has %,d bytes; at most %,d are sent".formatted(event.value().length, MOST_BYTES_OF_ONE));
        }
        return fix.flatMap(Fixes.Fix::problem)
                .map(problem -> stillMalformed(problem, fix))
                .or(() -> refusal(judge.judge(event.value(), event.timestamp()), event, fix));
    }

    private Optional<String> refusal(Judged judged, Redriven event, Optional<Fixes.Fix> fix) {
        if (judged instanceof Malformed malformed) {
            return Optional.of(stillMalformed(malformed.message(), fix));
        }
        boolean isExcluded = judged instanceof WellFormed wellFormed
                && source.lateEvents() == LateEvents.EXCLUDE
                && source.isLate(event.timestamp(), Micros.of(wellFormed.eventTime()));
        return isExcluded
                ? Optional.of(
                        "sent now it is late, recorded more than `allowed_lateness` %s after its event time, and does"
                                        .formatted(Durations.format(source.allowedLateness()))
                                + " not count, since `late_events` of source " + source.name() + " is exclude")
                : Optional.empty();
    }

    private static String stillMalformed(String problem, Optional<Fixes.Fix> fix) {
        String what = fix.map(each -> "the value of " + each.place()).orElse("it");
        return what + " is still malformed: " + problem;
    }

    private void add(Redriven event) {
        batch.add(event);
        batchBytes += event.value().length;
        if (batch.size() == MOST_EVENTS || batchBytes >= MOST_BYTES) {
            send();
        }
    }

    private void send() {
        transaction.accept(List.copyOf(batch));
        batch.forEach(event -> tally.sent());
        batch.clear();
        batchBytes = 0;
    }

    /** Hands over the last batch, and refuses corrections of what is no dead letter. */
    void finish() {
        if (!batch.isEmpty()) {
            send();
        }
        fixes.ifPresent(all -> all.unused().forEach((position, fix) -> tally.refuseUnknown(fix.place(), position)));
    }
}
