package dev.tidemark.launcher;

import dev.tidemark.schema.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.avro.Schema;

/** A small deployment for tests: one source of orders, one view. */
final class Orders {

    private static final String SCHEMA =
            """
            {"type": "record", "name": "Order", "fields": [
              {"name": "order_id", "type": "string"},
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "amount", "type": "int"}]}
            """;

    private Orders() {}

    /** The source with its topic named so. */
    static Source source(String topic) {
        return new Source(
                "orders",
                topic,
                new Schema.Parser().parse(SCHEMA),
                "at",
                Optional.of("order_id"),
                Source.DEFAULT_ALLOWED_LATENESS,
                Source.DEFAULT_EARLIEST,
                Source.DEFAULT_HORIZON);
    }

    /** Writes the deployment's files. */
    static Path write(Path directory, String bootstrapServers, String topic) throws IOException {
        for (String folder : new String[] {"sources", "views", "schemas"}) {
            Files.createDirectories(directory.resolve(folder));
        }
        Files.writeString(directory.resolve("schemas/orders.avsc"), SCHEMA);
        Files.writeString(
                directory.resolve("sources/orders.yaml"),
                """
                name: orders
                topic: %s
                schema: ../schemas/orders.avsc
                format: json
                event_time: at
                key: order_id
                """
                        .formatted(topic));
        Files.writeString(
                directory.resolve("views/sales.yaml"),
                """
                name: sales
                source: orders
                pane: 1m
                measures:
                  orders: count()
                """);
        return Files.writeString(
                directory.resolve("tidemark.yaml"),
                """
                version: 1
                name: shop
                timezone: UTC
                warehouse: ./warehouse
                kafka:
                  bootstrap.servers: %s
                sources: sources/
                views: views/
                """
                        .formatted(bootstrapServers));
    }
}
