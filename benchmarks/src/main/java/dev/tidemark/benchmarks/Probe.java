package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.Deployment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** One event at a time: sent, and then asked for until an answer's certificate counts its offset. */
final class Probe implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUERY = "/v1/views/delays_by_origin/query?measures=flights";

    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest query;
    private final Random random = new Random(2);

    Probe(Deployment deployment) {
        this.topic = deployment.source("flights").topic();
        this.producer =
                new KafkaProducer<>(Clients.producer(deployment), new StringSerializer(), new StringSerializer());
        this.query = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + deployment.servingPort() + QUERY))
                .build();
    }

    /** Nanoseconds from just before the send until an answer that counts the event has been read. */
    long nanosUntilCounted() throws Exception {
        LockSupport.parkNanos(20_000_000L + random.nextInt(20_000_000));
        long sent = System.nanoTime();
        Future<RecordMetadata> acknowledged =
                producer.send(new ProducerRecord<>(topic, "PROBE", Load.flight("PROBE", random)));
        RecordMetadata position = acknowledged.get();
        while (!counts(position)) {
            Thread.onSpinWait();
        }
        return System.nanoTime() - sent;
    }

    private boolean counts(RecordMetadata position) throws Exception {
        HttpResponse<byte[]> response = http.send(query, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.statusCode() + " " + new String(response.body()));
        }
        for (JsonNode partition : JSON.readTree(response.body()).at("/certificate/partitions")) {
            if (partition.get("partition").asInt() == position.partition()) {
                return partition.get("through").asLong() > position.offset();
            }
        }
        return false;
    }

    @Override
    public void close() {
        producer.close();
    }
}
