package dev.tidemark.system;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.DeadLetter;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record of the topic of orders.
 *
 * @param sent what was sent
 * @param order the order in it; empty of a hostile record
 * @param wrong what is wrong with it; empty of an order
 */
record OrderRecord(ProducerRecord<byte[], byte[]> sent, Optional<GoodOrder> order, Optional<HostileOrder> wrong)
        implements SentRecord {

    @Override
    public Bucket bucket(String view) {
        return order.map(good -> good.kind().bucket(view)).orElse(Bucket.MALFORMED);
    }

    @Override
    public Optional<String> deadLetter() {
        return wrong.map(HostileOrder::reason)
                .or(() -> order.filter(good -> good.kind().fails()).map(failing -> DeadLetter.EXPRESSION));
    }

    @Override
    public String toString() {
        return wrong.map(kind -> kind.toString())
                .orElseGet(() -> order.orElseThrow().toString());
    }
}
