package dev.tidemark.compile;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Layers;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.spark.sql.SparkSession;

/** A source to define views over, and the session that these tests share. */
final class Orders {

    static final Source SOURCE = new Source(
            "orders",
            "orders",
            new Schema.Parser()
                    .parse(
                            """
                    {"type": "record", "name": "Order", "fields": [
                      {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                      {"name": "region", "type": ["null", "string"], "default": null},
                      {"name": "n", "type": ["null", "long"], "default": null},
                      {"name": "x", "type": ["null", "double"], "default": null},
                      {"name": "text", "type": "string", "default": "1"},
                      {"name": "record", "type": "string", "default": "a"},
                      {"name": "event", "type": "string", "default": "b"},
                      {"name": "__event_time", "type": "string", "default": "c"},
                      {"name": "verdict", "type": "string", "default": "d"},
                      {"name": "__record", "type": "string", "default": "e"},
                      {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []},
                      {"name": "wide", "type": ["null", {"type": "bytes", "logicalType": "decimal",
                        "precision": 38, "scale": 2}], "default": null},
                      {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal",
                        "precision": 12, "scale": 2}], "default": null}]}
                    """),
            "at",
            Optional.empty(),
            Duration.ofHours(1),
            Instant.EPOCH,
            Duration.ofDays(100_000));

    private Orders() {}

    static ViewDefinition view(
            String name, String where, String pane, Map<String, String> dimensions, String... measures) {
        Map<String, MeasureCall> calls = new LinkedHashMap<>();
        for (int i = 0; i < measures.length; i++) {
            calls.put("m" + i, MeasureCall.parse(measures[i]));
        }
        Pane length = new Pane(dev.tidemark.view.Durations.parse(pane));
        return new ViewDefinition(
                name, "", "orders", Layers.BOTH, Optional.ofNullable(where), length, dimensions, calls);
    }

    /** A session in that timezone, which is a setting of the session. */
    static SparkSession spark(ZoneId zone) {
        Map<String, String> settings = SparkSettings.withDelta(Map.of());
        settings.put("spark.master", "local[2]");
        settings.put("spark.sql.shuffle.partitions", "2");
        SparkSession session = SparkSettings.builder(zone, settings).getOrCreate();
        SparkSession.setActiveSession(session);
        return session;
    }
}
