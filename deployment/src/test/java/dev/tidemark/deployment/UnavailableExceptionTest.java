package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class UnavailableExceptionTest {

    private static Exception wrapped(Exception failure) {
        return new IllegalStateException(new IllegalStateException(failure));
    }

    @Test
    void thatKafkaCannotBeReadIsPassingTroubleHoweverItIsWrapped() {
        UnavailableException unavailable = UnavailableException.of(wrapped(new TimeoutException("no answer")))
                .orElseThrow();
        assertTrue(unavailable.getMessage().contains("no answer; try again"), unavailable.getMessage());
    }

    @Test
    void whatIsSaidAlreadyIsSaidAsItIs() {
        UnavailableException said = new UnavailableException("no broker runs");
        assertEquals(Optional.of(said), UnavailableException.of(said));
        assertEquals(Optional.of(said), UnavailableException.of(wrapped(said)));
    }

    @Test
    void anythingElseIsNotPassing() {
        assertEquals(Optional.empty(), UnavailableException.of(wrapped(new RefusedException("another log"))));
    }
}
