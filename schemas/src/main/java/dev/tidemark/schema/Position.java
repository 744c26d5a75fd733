package dev.tidemark.schema;

/**
 * Where an event stands: the one thing that names it for good.
 *
 * @param log Kafka's topic id, not the topic's name: a re-created topic is another log
 * @param partition the partition of that log
 * @param offset the offset in that partition
 */
public record Position(String log, int partition, long offset) {
    public Position {
        if (log.isEmpty() || partition < 0 || offset < 0) {
            throw new IllegalArgumentException("not a position: " + log + "/" + partition + "@" + offset);
        }
    }

    @Override
    public String toString() {
        return log + "/" + partition + "@" + offset;
    }
}
