package dev.tidemark.serving.letter;

import dev.tidemark.deployment.deadletter.LetterCounts;
import dev.tidemark.deployment.deadletter.LetterFilter;
import dev.tidemark.deployment.deadletter.LetterReport;
import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Source;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The dead letters of one source, as far as they have been read. Thread-safe. */
public final class SourceLetters {

    private final Source source;
    private LetterCounts counts = new LetterCounts();
    private volatile boolean complete;

    SourceLetters(Source source) {
        this.source = source;
    }

    public Source source() {
        return source;
    }

    /** The topic of its dead letters. */
    public String topic() {
        return DeadLetter.topic(source.topic());
    }

    /** The topic of the marks of those that were sent again. */
    String marksTopic() {
        return RedriveMark.topic(source.topic());
    }

    /** Whether all that the topics held when last looked at has been counted. */
    public boolean isComplete() {
        return complete;
    }

    public synchronized LetterReport report(LetterFilter asked) {
        return counts.report(asked);
    }

    synchronized void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(marksTopic())) {
            counts.mark(record);
        } else {
            counts.add(record);
        }
    }

    void complete(boolean now) {
        complete = now;
    }

    /** Forgets all, to be read anew. */
    synchronized void beginAnew() {
        complete = false;
        counts = new LetterCounts();
    }
}
