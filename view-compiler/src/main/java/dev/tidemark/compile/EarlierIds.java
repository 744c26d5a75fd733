package dev.tidemark.compile;

import dev.tidemark.compile.ids.DiskIds;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.io.Serializable;

/**
 * Where a task that judges a partition from some record on finds the ids of the events before it. Runs in Spark's tasks.
 */
public interface EarlierIds extends Serializable {

    /** Of a task whose first record is the partition's first, or whose rows begin early enough. */
    EarlierIds NONE = new EarlierIds() {
        @Override
        public SeenIds before(Source source, Judge judge, Record first) {
            return new SeenIds(source.deduplication().orElseThrow().within(), SeenIds.IN_MEMORY, DiskIds::open);
        }

        @Override
        public void keep(int partition, long next, SeenIds ids) {
            // Whoever judges what follows begins early enough.
            ids.close();
        }
    };

    /**
     * A record that a task begins with.
     *
     * @param timestamp Kafka's timestamp of it, in milliseconds of the epoch
     */
    record Record(int partition, long offset, long timestamp) {}

    /**
     * The ids before a record, which from then on are the task's: it hands them to {@link #keep}, or closes them.
     *
     * @param source a source with {@link Source#deduplication}
     * @param judge judges what lies before it
     */
    SeenIds before(Source source, Judge judge, Record first);

    /**
     * Takes the ids of a partition when a task has come to its end. The task does not touch them any more.
     *
     * @param next the offset after the last record that it judged
     */
    void keep(int partition, long next, SeenIds ids);
}
