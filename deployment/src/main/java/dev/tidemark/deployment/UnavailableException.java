package dev.tidemark.deployment;

import dev.tidemark.deployment.s3.StoreException;
import dev.tidemark.schema.SchemaRegistryException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** Something outside this process is needed and not there; the message says what, and how to get it. */
public final class UnavailableException extends RuntimeException {

    /**
     * The status with which a process ends that runs until it is stopped, and lacks something that may come back: it is
     * to be started again as it is. EX_TEMPFAIL of sysexits.h.
     */
    public static final int EXIT_STATUS = 75;

    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message);
    }

    /** What is not there, if that is what {@code failure} comes from, however it was wrapped: Kafka above all. */
    public static Optional<UnavailableException> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnavailableException known) {
                return Optional.of(known);
            }
            if (cause instanceof KafkaException kafka) {
                return Optional.of(new UnavailableException(
                        "reading from Kafka failed: " + kafka.getMessage() + "; try again when the broker is up"));
            }
            if (cause instanceof SchemaRegistryException || cause instanceof StoreException) {
                return Optional.of(new UnavailableException(cause.getMessage()));
            }
        }
        return Optional.empty();
    }
}
