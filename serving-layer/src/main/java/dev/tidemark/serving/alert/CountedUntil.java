package dev.tidemark.serving.alert;

import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.Lag.Behind;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Up to when a view's answers are whole: what had come into the log by then has been counted. So a process that is behind
 * says what it says later, and nothing wrong. Remembers since when it can be told; used by one thread.
 */
public final class CountedUntil {

    /** Where the log ends is known as of a second ago at worst, and events take a moment to arrive. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final LiveSource live;
    private Optional<Instant> observedSince = Optional.empty();

    public CountedUntil(LiveSource live) {
        this.live = live;
    }

    /**
     * That time; empty as long as not all has been counted that was there at first.
     *
     * @param view a view of the source, as it is answered
     */
    public Optional<Instant> of(View view, Instant now) {
        Optional<Generation> generation = live.generation();
        boolean isKnown =
                live.replaced().or(live::notServed).or(live::notObserved).isEmpty();
        if (!isKnown || generation.isEmpty()) {
            return Optional.empty();
        }
        if (observedSince.isEmpty()) {
            observedSince = Optional.of(now);
        }
        Behind behind = live.lag().behind(throughs(generation.get(), view), now);
        if (!view.layers().streamed() && behind.records() > 0) {
            return generation.get().publication().source(live.source().name()).map(SourceState::cutTakenAt);
        }
        // Before it has caught up, the lag is measured from the start, when nothing had been counted.
        return Optional.of(now.minus(behind.time()))
                .filter(time -> !time.isBefore(observedSince.get()))
                .map(time -> time.minus(SETTLED));
    }

    private static Map<Integer, Long> throughs(Generation generation, View view) {
        Map<Integer, Long> throughs = new HashMap<>();
        generation
                .progress(view.layers())
                .forEach((partition, progress) -> throughs.put(partition, progress.through()));
        return throughs;
    }
}
