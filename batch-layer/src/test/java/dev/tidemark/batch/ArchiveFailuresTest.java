package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ArchiveFailuresTest {

    private final ArchiveFailures failures = new ArchiveFailures();

    @Test
    void withoutFailuresItIsSilent() {
        failures.throwGravest();
    }

    @Test
    void theGravestIsThrownAndTheOthersComeWithItWhateverCameFirst() {
        List<RuntimeException> byGravity = List.of(
                new IllegalStateException("nobody knows"),
                new RefusedException("another log"),
                new UnavailableException("no broker"),
                new LostRaceException("another process was quicker"));
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("seed: -Dtidemark.seed=" + seed);
        List<RuntimeException> inAnyOrder = new ArrayList<>(byGravity);
        Collections.shuffle(inAnyOrder, new Random(seed));
        inAnyOrder.forEach(failures::add);
        RuntimeException thrown = assertThrows(RuntimeException.class, failures::throwGravest);
        assertSame(byGravity.get(0), thrown);
        assertEquals(byGravity.subList(1, 4), List.of(thrown.getSuppressed()));
    }

    @Test
    void thatKafkaCannotBeReadIsNoMoreThanUnavailable() {
        failures.add(new IllegalStateException(new TimeoutException("no answer")));
        failures.add(new RefusedException("another log"));
        RefusedException thrown = assertThrows(RefusedException.class, failures::throwGravest);
        assertInstanceOf(UnavailableException.class, thrown.getSuppressed()[0]);
    }

    @Test
    void whatSparkThrowsUndeclaredIsThrownToo() {
        IOException cause = new IOException("disk full");
        failures.add(cause);
        assertSame(
                cause,
                assertThrows(IllegalStateException.class, failures::throwGravest)
                        .getCause());
    }
}
