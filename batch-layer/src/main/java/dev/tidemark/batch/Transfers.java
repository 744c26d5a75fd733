package dev.tidemark.batch;

import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Adds up what Spark's tasks read from files and write to them, in every executor. What a source of Kafka's reads is not among
 * it, since Spark does not count that.
 */
final class Transfers extends SparkListener {

    private final LongAdder read = new LongAdder();
    private final LongAdder written = new LongAdder();

    /**
     * What was transferred.
     *
     * @param read bytes of files read
     * @param written bytes of files written
     */
    record Bytes(long read, long written) {}

    @Override
    public void onTaskEnd(SparkListenerTaskEnd ended) {
        TaskMetrics metrics = ended.taskMetrics();
        // A task that was lost with its executor has none.
        if (metrics != null) {
            read.add(metrics.inputMetrics().bytesRead());
            written.add(metrics.outputMetrics().bytesWritten());
        }
    }

    /** What was transferred since this was asked the last time. */
    Bytes take() {
        return new Bytes(read.sumThenReset(), written.sumThenReset());
    }
}
