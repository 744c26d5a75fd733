package dev.tidemark.system;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.DeadLetter;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A record of a topic, and what is to become of it. */
interface SentRecord {

    /** What was sent. */
    ProducerRecord<byte[], byte[]> sent();

    /** Which bucket of a view it is in. */
    Bucket bucket(String view);

    /** The class that its dead letter names; empty where there is to be none. */
    Optional<String> deadLetter();

    /** The same of a malformed record; empty of any other. */
    default Optional<String> malformed() {
        return deadLetter().filter(reason -> !reason.equals(DeadLetter.EXPRESSION));
    }
}
