package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Locations;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Layers;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Session;
import dev.tidemark.view.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A small deployment with a topic and a warehouse of its own, on the broker and the Spark session that tests share. */
final class Shop {

    static final Schema SCHEMA = new Schema.Parser()
            .parse(
                    """
                    {"type": "record", "name": "Order", "fields": [
                      {"name": "id", "type": "long"},
                      {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                      {"name": "region", "type": ["null", "string"], "default": null},
                      {"name": "status", "type": "string", "default": "OPEN"},
                      {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
                      {"name": "quantity", "type": "int"},
                      {"name": "weight", "type": ["null", "double"], "default": null}]}""");

    /** Where it does not matter which progress a run makes. */
    static final Progress QUIET = line -> {};

    /** For runs that may not start Spark. */
    static final Supplier<SparkSession> NO_SPARK = () -> {
        throw new AssertionError("Spark was started though there is nothing to compute");
    };

    final Deployment deployment;
    final Source source;

    private Shop(Deployment deployment) {
        this(deployment, deployment.sources().get(0));
    }

    private Shop(Deployment deployment, Source source) {
        this.deployment = deployment;
        this.source = source;
    }

    /** With one view, {@code revenue}. */
    static Shop in(Path folder) {
        return in(folder, ZoneId.of("UTC"), SharedBroker.createTopic("orders", 2));
    }

    /** With one view, over a topic that need not exist. */
    static Shop in(Path folder, ZoneId zone, String topic) {
        return of(folder, zone, topic, List.of(revenue()));
    }

    /** With three views of different panes, one of which fails on some orders. */
    static Shop withAllPanes(Path folder, ZoneId zone) {
        return of(folder, zone, SharedBroker.createTopic("orders", 2), List.of(revenue(), weights(), daily()));
    }

    /** With two views, {@code revenue} and {@code daily}, which fails on orders of no pieces. */
    static Shop withFailing(Path folder, ZoneId zone) {
        return of(folder, zone, SharedBroker.createTopic("orders", 2), List.of(revenue(), daily()));
    }

    /** With a view of sessions beside those. */
    static Shop withAllViews(Path folder, ZoneId zone) {
        List<ViewDefinition> views = List.of(revenue(), weights(), daily(), visits());
        return of(folder, zone, SharedBroker.createTopic("orders", 2), views);
    }

    /** With a view of a pattern alone. */
    static Shop withLeaps(Path folder, ZoneId zone) {
        return of(folder, zone, SharedBroker.createTopic("orders", 2), List.of(leaps()));
    }

    /** With a second source, {@code returns}, of one partition and with the view {@code refunds}. */
    static Shop withTwoSources(Path folder) {
        String orders = SharedBroker.createTopic("orders", 2);
        List<Source> sources =
                List.of(source("orders", orders), source("returns", SharedBroker.createTopic("returns", 1)));
        ViewDefinition refunds =
                view("refunds", "returns", Optional.empty(), "1m", Map.of(), measures("returns", "count()"));
        return of(folder, ZoneId.of("UTC"), orders, sources, List.of(revenue(), refunds));
    }

    private static Source source(String name, String topic) {
        return new Source(
                name,
                topic,
                SCHEMA,
                "at",
                Optional.of("id"),
                Source.DEFAULT_ALLOWED_LATENESS,
                Source.DEFAULT_EARLIEST,
                Duration.ofDays(36_500));
    }

    private static Shop of(Path folder, ZoneId zone, String topic, List<ViewDefinition> views) {
        return of(folder, zone, topic, List.of(source("orders", topic)), views);
    }

    private static Shop of(Path folder, ZoneId zone, String name, List<Source> sources, List<ViewDefinition> views) {
        return new Shop(new Deployment(
                folder.resolve("tidemark.yaml"),
                name,
                zone,
                new Warehouse(folder.resolve("warehouse")),
                Map.of("bootstrap.servers", SharedBroker.bootstrapServers()),
                spark(views.size() > 3),
                0,
                0,
                sources,
                views,
                Locations.NONE));
    }

    /** Of a deployment that was read from files. */
    static Shop of(Deployment deployment) {
        return new Shop(deployment);
    }

    /** The same deployment, to send to another of its sources. */
    Shop ofSource(String name) {
        return new Shop(deployment, deployment.source(name));
    }

    /** Compiling Spark's generated code takes longer than these few events take; only results are tested with it. */
    private static Map<String, String> spark(boolean compiled) {
        return Map.of(
                "spark.master",
                "local[2]",
                "spark.sql.shuffle.partitions",
                "2",
                "spark.sql.codegen.wholeStage",
                Boolean.toString(compiled),
                "spark.sql.codegen.factoryMode",
                compiled ? "FALLBACK" : "NO_CODEGEN");
    }

    /** The same deployment over another source. */
    Shop with(Source other) {
        return with(List.of(other), deployment.views());
    }

    /** The same deployment on another broker. */
    Shop withBroker(String bootstrapServers) {
        return new Shop(new Deployment(
                deployment.file(),
                deployment.name(),
                deployment.zone(),
                deployment.warehouse(),
                Map.of("bootstrap.servers", bootstrapServers),
                deployment.spark(),
                0,
                0,
                deployment.sources(),
                deployment.views(),
                Locations.NONE));
    }

    /** The same deployment with another filter in its first view. */
    Shop withFilter(String where) {
        ViewDefinition view = deployment.views().get(0);
        return withFirst(view.layers(), Optional.of(where), view.measures());
    }

    /** The same deployment whose first view other layers compute. */
    Shop withLayers(Layers layers) {
        ViewDefinition view = deployment.views().get(0);
        return withFirst(layers, view.where(), view.measures());
    }

    /** The same deployment with other measures in its first view, by names and calls. */
    Shop withMeasures(String... namesAndCalls) {
        ViewDefinition view = deployment.views().get(0);
        return withFirst(view.layers(), view.where(), measures(namesAndCalls));
    }

    /** The same deployment whose view {@code daily} has another average. */
    Shop withDaily(String average) {
        return with(
                deployment.sources(),
                deployment.views().stream()
                        .map(view -> view.name().equals("daily") ? daily(average) : view)
                        .toList());
    }

    /** The same deployment whose first view has no dimensions. */
    Shop withoutDimensions() {
        ViewDefinition view = deployment.views().get(0);
        return with(
                deployment.sources(),
                List.of(new ViewDefinition(
                        view.name(),
                        view.description(),
                        view.source(),
                        view.layers(),
                        view.where(),
                        view.slicing(),
                        Map.of(),
                        view.measures())));
    }

    private Shop withFirst(Layers layers, Optional<String> where, Map<String, MeasureCall> measures) {
        ViewDefinition view = deployment.views().get(0);
        List<ViewDefinition> views = new java.util.ArrayList<>(deployment.views());
        views.set(
                0,
                new ViewDefinition(
                        view.name(),
                        view.description(),
                        view.source(),
                        layers,
                        where,
                        view.pane(),
                        view.dimensions(),
                        measures));
        return with(deployment.sources(), views);
    }

    /** The same deployment without a view. */
    Shop withoutView(String name) {
        return with(
                deployment.sources(),
                deployment.views().stream()
                        .filter(view -> !view.name().equals(name))
                        .toList());
    }

    /** The same deployment without a source and its views. */
    Shop withoutSource(String name) {
        return with(
                deployment.sources().stream()
                        .filter(source -> !source.name().equals(name))
                        .toList(),
                deployment.views().stream()
                        .filter(view -> !view.source().equals(name))
                        .toList());
    }

    private Shop with(List<Source> sources, List<ViewDefinition> views) {
        return new Shop(new Deployment(
                deployment.file(),
                deployment.name(),
                deployment.zone(),
                deployment.warehouse(),
                deployment.kafka(),
                deployment.spark(),
                0,
                0,
                sources,
                views,
                Locations.NONE));
    }

    private static ViewDefinition revenue() {
        return view(
                "revenue",
                Optional.of("status <> 'TEST'"),
                "1m",
                Map.of("region", "region"),
                measures(
                        "orders",
                        "count()",
                        "revenue",
                        "sum(amount)",
                        "average",
                        "avg(amount)",
                        "most",
                        "max(quantity)"));
    }

    private static ViewDefinition weights() {
        return view(
                "weights",
                Optional.empty(),
                "1h",
                Map.of("region", "upper(region)"),
                measures(
                        "pieces",
                        "sum(quantity)",
                        "weight",
                        "sum(weight)",
                        "lightest",
                        "min(weight)",
                        "weighed",
                        "count(weight)",
                        "spread",
                        "stddev(quantity)",
                        "earliest",
                        "first(weight)",
                        "latest",
                        "last(amount)",
                        "amounts",
                        "approx_count_distinct(amount)",
                        "heavy",
                        "approx_percentile(weight, 0.9)",
                        "usual",
                        "approx_top_k(cast(amount as int) div 5000, 2)"));
    }

    /** Fails for an order of no pieces. */
    private static ViewDefinition daily() {
        return daily("avg(1000 div quantity)");
    }

    private static ViewDefinition daily(String average) {
        return view("daily", Optional.empty(), "1d", Map.of(), measures("orders", "count()", "each", average));
    }

    /** The sessions of each region, with the measures of {@code weights}; fails for an order of no pieces. */
    private static ViewDefinition visits() {
        ViewDefinition weights = weights();
        Map<String, String> dimensions = new LinkedHashMap<>();
        dimensions.put("region", "upper(region)");
        dimensions.put("many", "1000 div quantity > 0");
        return new ViewDefinition(
                "visits",
                "",
                weights.source(),
                weights.layers(),
                Optional.of("status <> 'TEST'"),
                new Session("region", Duration.ofHours(2), 2),
                dimensions,
                weights.measures());
    }

    /** Orders of a region that are followed, within an hour, by one of ten times as much. */
    static ViewDefinition leaps() {
        return new ViewDefinition(
                "leaps",
                "",
                "orders",
                Layers.BOTH,
                Optional.empty(),
                new Pattern(
                        "region",
                        List.of("amount < 100", "amount > 10 * step1.amount"),
                        Duration.ofHours(1),
                        Optional.of("status = 'CLOSED'")),
                Map.of("region", "region"),
                measures("matches", "count()", "revenue", "sum(amount)"));
    }

    private static ViewDefinition view(
            String name,
            Optional<String> where,
            String pane,
            Map<String, String> dimensions,
            Map<String, MeasureCall> measures) {
        return view(name, "orders", where, pane, dimensions, measures);
    }

    private static ViewDefinition view(
            String name,
            String source,
            Optional<String> where,
            String pane,
            Map<String, String> dimensions,
            Map<String, MeasureCall> measures) {
        Pane slice = new Pane(dev.tidemark.view.Durations.parse(pane));
        return new ViewDefinition(name, "", source, Layers.BOTH, where, slice, dimensions, measures);
    }

    private static Map<String, MeasureCall> measures(String... namesAndCalls) {
        Map<String, MeasureCall> measures = new LinkedHashMap<>();
        for (int i = 0; i < namesAndCalls.length; i += 2) {
            measures.put(namesAndCalls[i], MeasureCall.parse(namesAndCalls[i + 1]));
        }
        return measures;
    }

    /** An order as its JSON. */
    static String order(long id, String at, String region, String amount, int quantity) {
        return """
                {"id": %d, "at": "%s", "region": %s, "amount": %s, "quantity": %d}"""
                .formatted(id, at, region == null ? "null" : "\"" + region + "\"", amount, quantity);
    }

    /** Sends values to one partition, stamped with this moment. */
    void send(int partition, String... values) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (String value : values) {
                producer.send(record(partition, value));
            }
        }
    }

    /** Sends values, each with a record timestamp of its own in milliseconds of the epoch. */
    void sendAt(int partition, List<Map.Entry<Long, String>> stamped) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (Map.Entry<Long, String> record : stamped) {
                byte[] bytes = record.getValue().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(source.topic(), partition, record.getKey(), null, bytes));
            }
        }
    }

    /** Sends values that are no text. */
    void send(int partition, List<byte[]> values) {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            values.forEach(value -> producer.send(new ProducerRecord<>(source.topic(), partition, null, value)));
        }
    }

    /** The same sources and views with a warehouse of their own: whatever is archived there is archived today. */
    Shop anew(Path warehouse) {
        return new Shop(new Deployment(
                deployment.file(),
                deployment.name(),
                deployment.zone(),
                new Warehouse(warehouse),
                deployment.kafka(),
                deployment.spark(),
                0,
                0,
                deployment.sources(),
                deployment.views(),
                Locations.NONE));
    }

    /** Sends values in one transaction, commits or aborts it, and waits until its marker stands in the log. */
    void transaction(boolean commit, int partition, String... values) {
        String id = source.topic() + "-" + Instant.now().toEpochMilli();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", id))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values) {
                producer.send(record(partition, value)).get();
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
            awaitMarker(new TopicPartition(source.topic(), partition));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The producer's call returns before the broker has written the marker, and until then the log ends before it. */
    private static void awaitMarker(TopicPartition partition) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            Eventually.succeeds(() -> {
                assertEquals(
                        end(admin, partition, IsolationLevel.READ_UNCOMMITTED),
                        end(admin, partition, IsolationLevel.READ_COMMITTED));
                return partition;
            });
        }
    }

    /** Sends values in a transaction that stays open until it is closed, which commits it. */
    AutoCloseable openTransaction(int partition, String... values) {
        KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", source.topic() + "-open"));
        producer.initTransactions();
        producer.beginTransaction();
        for (String value : values) {
            producer.send(record(partition, value));
        }
        producer.flush();
        return () -> {
            producer.commitTransaction();
            awaitMarker(new TopicPartition(source.topic(), partition));
            producer.close();
        };
    }

    /** Writes increments as the speed layer does: one for each offset of a range of one partition. */
    void increments(int partition, long from, long to) {
        DefinitionSet set = Definitions.resolve(deployment).get(0).streamed();
        deployment.warehouse().saveDefinitions(set);
        IncrementFormat format = new IncrementFormat(set.shapes());
        List<Contribution> none = set.views().stream()
                .map(view -> Contribution.none(Bucket.FILTERED))
                .toList();
        String topic = deployment.incrementsTopic(source.name(), set.id());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()));
                KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            String log = SourceLog.of(admin, source.topic()).id();
            if (SourceLog.find(admin, topic).isEmpty()) {
                admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)))
                        .all()
                        .get();
            }
            for (long offset = from; offset < to; offset++) {
                Position position = new Position(log, partition, offset);
                producer.send(new ProducerRecord<>(
                                topic, partition, null, format.write(new Increment(position, offset, 0, 0, none))))
                        .get();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Writes one increment as the speed layer does, for a source with one view.
     *
     * @param at the event's time
     */
    void increment(int partition, long offset, String at, Contribution contribution) {
        DefinitionSet set = Definitions.resolve(deployment).get(0).streamed();
        deployment.warehouse().saveDefinitions(set);
        String topic = deployment.incrementsTopic(source.name(), set.id());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()));
                KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            if (!admin.listTopics().names().get().contains(topic)) {
                admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)))
                        .all()
                        .get();
            }
            Position position = new Position(SourceLog.of(admin, source.topic()).id(), partition, offset);
            Increment increment = new Increment(
                    position,
                    offset,
                    Instant.now().toEpochMilli(),
                    dev.tidemark.schema.Micros.of(Instant.parse(at)),
                    List.of(contribution));
            byte[] value = new IncrementFormat(set.shapes()).write(increment);
            producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Deletes the records of one partition below an offset, as retention does. */
    void trim(int partition, long offset) {
        trim(source.topic(), partition, offset);
    }

    /** The same of the increments that {@link #increments} has written, by their own offsets. */
    void trimIncrements(int partition, long offset) {
        trim(deployment.incrementsTopic(source.name(), deployment.definitionSetId(source.name())), partition, offset);
    }

    private static void trim(String topic, int partition, long offset) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static long end(Admin admin, TopicPartition partition, IsolationLevel isolation) throws Exception {
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private ProducerRecord<byte[], byte[]> record(int partition, String value) {
        byte[] bytes = value == null ? null : value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new ProducerRecord<>(source.topic(), partition, null, bytes);
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new java.util.HashMap<>(settings);
        all.put("bootstrap.servers", SharedBroker.bootstrapServers());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The session that all tests share, with this deployment's settings. */
    SparkSession spark() {
        SparkSession session = BatchSpark.builder(deployment).getOrCreate();
        // What a session that stands already does not take from its builder.
        deployment.warehouse().hadoop().forEach(session.sparkContext().hadoopConfiguration()::set);
        return session;
    }

    Archive.Archived archive() {
        return archive(QUIET, false);
    }

    Archive.Archived archive(Progress progress, boolean acceptMissing) {
        return new Archive(deployment, this::spark, progress, acceptMissing)
                .run()
                .get(0);
    }

    Recompute.Report recompute() {
        return recompute(new Selection.Touched(), QUIET);
    }

    Recompute.Report recompute(Selection selection, Progress progress) {
        return new Recompute(deployment, this::spark, progress).run(selection);
    }

    Recompute.Report advance() {
        return advance(QUIET);
    }

    Recompute.Report advance(Progress progress) {
        return new Recompute(deployment, this::spark, progress).advance();
    }

    /** Imports files, as they are now. */
    Import.Report imports(Path... files) {
        return imports(QUIET, files);
    }

    Import.Report imports(Progress progress, Path... files) {
        return new Import(deployment, source, this::spark, progress).run(List.of(files));
    }

    Revocation.Report revoke(String id) {
        return new Revocation(deployment, source, this::spark, QUIET).run(id);
    }

    Replays replays(Progress progress) {
        return new Replays(deployment, this::spark, progress);
    }

    Rollback.Report rollback() {
        return rollback(OptionalLong.empty(), QUIET);
    }

    Rollback.Report rollback(OptionalLong to, Progress progress) {
        return new Rollback(deployment, this::spark, progress).run(to);
    }

    Publication published() {
        return deployment.warehouse().publications().latest();
    }

    MasterDataset master() {
        return MasterDataset.of(deployment, source);
    }

    Dataset<Row> rows(Path table) {
        return DeltaTables.read(spark(), table);
    }

    /** The readable table of a view, as one line a row, sorted. */
    java.util.List<String> readable(String view) {
        return rows(deployment.warehouse().view(view)).collectAsList().stream()
                .map(Row::toString)
                .sorted()
                .toList();
    }
}
