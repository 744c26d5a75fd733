package dev.tidemark.system;

import dev.tidemark.schema.Bucket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record of the topic of payments, in Confluent's wire format.
 *
 * @param region that of a payment; empty of a hostile record
 * @param wrong what is wrong with it; empty of a payment
 */
record PaymentRecord(ProducerRecord<byte[], byte[]> sent, Optional<String> region, Optional<HostilePayment> wrong)
        implements SentRecord {

    private static final Instant RECORDED = Instant.parse("2026-01-15T12:00:00Z");
    private static final List<String> REGIONS = List.of("EU", "US", "", "Zürich");

    /** So many payments and so many records of each hostile kind, mixed. */
    static List<PaymentRecord> mixed(
            String topic, int partitions, HostilePayment.Writers writers, Random random, int good, int ofEachKind) {
        List<PaymentRecord> records = new ArrayList<>();
        for (int i = 0; i < good; i++) {
            String region = REGIONS.get(random.nextInt(REGIONS.size()));
            byte[] value = HostilePayment.value(writers.right(), time(random), region);
            records.add(new PaymentRecord(
                    record(topic, random.nextInt(partitions), value), Optional.of(region), Optional.empty()));
        }
        for (HostilePayment kind : HostilePayment.values()) {
            for (int i = 0; i < ofEachKind; i++) {
                byte[] value = kind.value(writers, time(random), random);
                records.add(new PaymentRecord(
                        record(topic, random.nextInt(partitions), value), Optional.empty(), Optional.of(kind)));
            }
        }
        Collections.shuffle(records, random);
        return records;
    }

    private static long time(Random random) {
        return RECORDED.toEpochMilli() - random.nextInt(3_000_000);
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int partition, byte[] value) {
        return new ProducerRecord<>(topic, partition, RECORDED.toEpochMilli(), null, value);
    }

    @Override
    public Bucket bucket(String view) {
        return wrong.isPresent() ? Bucket.MALFORMED : Bucket.COUNTED;
    }

    @Override
    public Optional<String> deadLetter() {
        return wrong.map(HostilePayment::reason);
    }

    @Override
    public String toString() {
        return wrong.map(HostilePayment::toString).or(() -> region).orElseThrow();
    }
}
