package dev.tidemark.serving.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tidemark.serving.Shop;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApproachTest {

    private final Generation before = counting();
    private final Generation next = counting();

    private static Generation counting() {
        return counting(Publication.NONE);
    }

    private static Generation counting(Publication publication) {
        DefinitionSet none = new DefinitionSet("v1-test", Shop.source("orders", "orders"), ZoneOffset.UTC, List.of());
        Generation generation =
                new Generation(publication, new ServedDefinitions(none, none), "log", Map.of(), view -> true);
        generation.start(0, 0);
        return generation;
    }

    @Test
    void endsOnlyWhereNothingComesCloserForAWhile() {
        before.close(0, 5);
        Approach approach = new Approach(before, next, Duration.ofMillis(500));
        assertFalse(approach.hasEnded());
        awaitEnd(approach);
        next.close(0, 3);
        assertFalse(approach.hasEnded(), "it has come closer");
        awaitEnd(approach);
        next.close(0, 5);
        before.close(0, 9);
        assertFalse(approach.hasEnded(), "it has reached where the other stood");
        assertFalse(approach.hasEnded(), "and goes for where the other stands now");
        awaitEnd(approach);
    }

    private static void awaitEnd(Approach approach) {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (!approach.hasEnded()) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void whatBothMissIsNotBehind() {
        before.miss(0, OffsetRanges.of(0, 2));
        before.close(0, 10);
        next.miss(0, OffsetRanges.of(1, 4));
        assertEquals(2 + 6, next.behind(before.progress()), "2 and 3 are missing, 4 to 9 not yet counted");
        next.close(0, 12);
        next.miss(0, OffsetRanges.of(12, 13));
        assertEquals(2, next.behind(before.progress()), "what lies beyond is nothing that the other has");
    }

    @Test
    void whatBatchHadCountedBeyondACutThatMovedBackIsBehindWhileItIsMissing() {
        Generation above = counting(cutAt(2, 8));
        Generation below = counting(cutAt(3, 5));
        below.miss(0, OffsetRanges.of(6, 7));
        below.close(0, 8);
        assertEquals(1, below.behind(above.progress()), "6 was published");
        Generation further = counting(cutAt(3, 9));
        assertEquals(0, further.behind(above.progress()));
    }

    private static Publication cutAt(long number, long offset) {
        SourceState state = new SourceState(
                "v1-test",
                "v1-test",
                1,
                Instant.EPOCH,
                new Cut(Map.of("log", Map.of(0, offset))),
                Map.of(),
                Map.of(),
                Map.of());
        return new Publication(number, Instant.EPOCH, Cause.RECOMPUTE, Map.of("orders", state), Map.of());
    }
}
