package dev.tidemark.deployment.deadletter;

import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Judged.Reason;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A dead letter as its topic holds it.
 *
 * @param letter what it says of itself
 * @param key the key of the record that could not be counted, or null
 * @param value its value, or null: it had none, or was {@link #isLeftOut left out}
 * @param ownHeaders the headers that it had itself
 */
public record StoredLetter(DeadLetter letter, byte[] key, byte[] value, List<Header> ownHeaders) {

    private static final List<String> MALFORMED =
            Stream.of(Reason.values()).map(StoredLetter::named).toList();

    /** The dead letter in a record; empty if the record is none that this release knows. */
    public static Optional<StoredLetter> of(ConsumerRecord<byte[], byte[]> record) {
        try {
            DeadLetter letter = DeadLetter.of(name -> value(record.headers(), name));
            return Optional.of(new StoredLetter(letter, record.key(), record.value(), own(record.headers())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Ours come last: the record may have had headers of the same name. */
    private static byte[] value(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : header.value();
    }

    private static List<Header> own(Headers headers) {
        return StreamSupport.stream(headers.spliterator(), false)
                .filter(header -> !header.key().startsWith(RecordOrigin.PREFIX))
                .toList();
    }

    private static String named(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** The reasons that there are: those of malformed records, and {@link DeadLetter#EXPRESSION}. */
    public static List<String> reasons() {
        return Stream.concat(MALFORMED.stream(), Stream.of(DeadLetter.EXPRESSION))
                .toList();
    }

    /** Where the record is that could not be counted. */
    public Position position() {
        return letter.origin().position();
    }

    public String reason() {
        return letter.reason();
    }

    /** Whether no view counts it: otherwise those whose expressions hold do. */
    public boolean isMalformed() {
        return MALFORMED.contains(letter.reason());
    }

    /** Whether the record is too large to be copied: key, value and headers lack here. */
    public boolean isLeftOut() {
        return value == null && !letter.reason().equals(named(Reason.EMPTY));
    }
}
