package dev.tidemark.serving;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Locations;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.live.LiveSettings;
import dev.tidemark.serving.segment.SegmentColumns;
import dev.tidemark.serving.spool.SpoolPace;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Session;
import dev.tidemark.view.Slicing;
import dev.tidemark.view.Steps;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One source of a deployment and its one view, by default {@code orders} and {@code revenue}, on the shared broker;
 * plays the speed layer by writing increments, and the batch layer by writing segments and publications.
 */
public final class Shop implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    static final View REVENUE = view("revenue", "orders");

    final Deployment deployment;
    final DefinitionSet set;
    final String topic;
    private final String source;
    private final View view;
    final List<Sale> sales = new CopyOnWriteArrayList<>();
    private final List<Sale> excluded = new CopyOnWriteArrayList<>();
    private final List<Sale> imported = new CopyOnWriteArrayList<>();
    private final Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()));
    private final KafkaProducer<byte[], byte[]> producer = producer(Map.of());
    private final IncrementFormat format;
    private final String increments;
    private final String log;

    Shop(Path directory, int partitions) {
        this(deployment(directory, SharedBroker.createTopic("orders", partitions), REVENUE.definition()), REVENUE);
    }

    private Shop(Deployment deployment, View view) {
        this.deployment = deployment;
        this.view = view;
        source = view.definition().source();
        topic = deployment.sources().stream()
                .filter(known -> known.name().equals(source))
                .findFirst()
                .orElseThrow()
                .topic();
        log = SourceLog.of(admin, topic).id();
        String id = deployment.definitionSetId(source);
        set = new DefinitionSet(
                id, deployment.source(source), deployment.zone(), view.layers().streamed() ? List.of(view) : List.of());
        format = new IncrementFormat(set.shapes());
        increments = deployment.incrementsTopic(source, id);
    }

    /** Two shops of one deployment: {@code orders} with {@code revenue}, and {@code returns} with {@code refunds}. */
    static List<Shop> pair(Path directory) throws Exception {
        View refunds = view("refunds", "returns");
        Deployment both = deployment(
                directory,
                List.of(
                        source("orders", SharedBroker.createTopic("orders", 1)),
                        source("returns", SharedBroker.createTopic("returns", 1))),
                List.of(REVENUE.definition(), refunds.definition()));
        List<Shop> pair = List.of(new Shop(both, REVENUE), new Shop(both, refunds));
        for (Shop shop : pair) {
            opened(shop, 1);
        }
        return pair;
    }

    /** The same deployment whose files state another view by now. */
    Shop stating(View other) {
        Path directory = deployment.file().getParent();
        return new Shop(deployment(directory, topic, other.definition()), other);
    }

    /** The same shop, whose view sends alerts. */
    Shop alerting(Alerting alerting) {
        return alike(deployment.name(), deployment.kafka(), List.of(alerting));
    }

    /** The same shop, whose processes have more settings of Kafka. */
    Shop with(Map<String, String> more) {
        Map<String, String> kafka = new HashMap<>(deployment.kafka());
        kafka.putAll(more);
        return alike(deployment.name(), kafka, deployment.alerting());
    }

    /** A shop of another deployment, whose files state the same. */
    Shop neighbour() {
        return alike(deployment.name() + "-too", deployment.kafka(), deployment.alerting());
    }

    /** The same shop with another warehouse. */
    Shop with(Warehouse warehouse) throws Exception {
        return opened(alike(deployment.name(), warehouse, deployment.kafka(), deployment.alerting()), 1);
    }

    private Shop alike(String name, Map<String, String> kafka, List<Alerting> alerting) {
        return alike(name, deployment.warehouse(), kafka, alerting);
    }

    private Shop alike(String name, Warehouse warehouse, Map<String, String> kafka, List<Alerting> alerting) {
        Deployment alike = new Deployment(
                deployment.file(),
                name,
                deployment.zone(),
                warehouse,
                kafka,
                deployment.spark(),
                deployment.servingPort(),
                deployment.speedMetricsPort(),
                deployment.sources(),
                deployment.views(),
                alerting,
                List.of(),
                deployment.locations());
        return new Shop(alike, view);
    }

    /** Like {@code revenue} under another name. */
    static View named(String name) {
        return view(name, "orders");
    }

    /** A shop whose view is of sessions by region, with the measures of {@code revenue}. */
    static Shop ofSessions(Path directory, Session session) throws Exception {
        return open(directory, likeRevenue("visits", Layers.BOTH, Optional.empty(), session));
    }

    /** A shop whose view is of frauds by region, as {@link #frauds} has it. */
    static Shop ofFrauds(Path directory) throws Exception {
        return open(directory, frauds(Layers.BOTH, "1m"));
    }

    /** The same as the stream alone computes it. */
    static Shop ofStreamedFrauds(Path directory) throws Exception {
        return open(directory, frauds(Layers.SPEED, "1m"));
    }

    /** A sale of less than 1.00, and within some time one of more than 500 in the same region; one of 13.00 cancels. */
    private static View frauds(Layers layers, String within) {
        ViewDefinition was = REVENUE.definition();
        Pattern pattern = new Pattern(
                "region",
                List.of("amount < 1.00", "amount > 500"),
                Pattern.within(within),
                Optional.of("amount = 13.00"));
        ViewDefinition frauds = new ViewDefinition(
                "frauds", "", was.source(), layers, Optional.empty(), pattern, was.dimensions(), was.measures());
        return new View(frauds, REVENUE.dimensions(), REVENUE.measures(), Optional.of(Steps.NONE));
    }

    /** The same shop of frauds whose files say another time by now: all that was counted is counted anew for them. */
    Shop ofFraudsWithin(String time) throws Exception {
        Shop changed = opened(stating(frauds(Layers.BOTH, time)), 1);
        for (Sale sale : sales) {
            changed.count(sale);
        }
        return changed;
    }

    /** A shop whose view has panes of a second; its events happen at whole ones. */
    static Shop ofSeconds(Path directory) throws Exception {
        Pane second = new Pane(Durations.parse("1s"));
        return open(directory, likeRevenue(REVENUE.name(), Layers.BOTH, Optional.empty(), second));
    }

    /** {@code revenue} as other layers compute it, or with another filter. */
    static View revenue(Layers layers, String where) {
        return likeRevenue(REVENUE.name(), layers, Optional.of(where), REVENUE.pane());
    }

    private static View likeRevenue(String name, Layers layers, Optional<String> where, Slicing slicing) {
        ViewDefinition was = REVENUE.definition();
        ViewDefinition definition = new ViewDefinition(
                name, was.description(), was.source(), layers, where, slicing, was.dimensions(), was.measures());
        return new View(definition, REVENUE.dimensions(), REVENUE.measures());
    }

    private static Shop open(Path directory, View view) throws Exception {
        return opened(
                new Shop(deployment(directory, SharedBroker.createTopic("orders", 1), view.definition()), view), 1);
    }

    /** A shop whose definitions are known and whose increments topic is there. */
    static Shop open(Path directory, int partitions) throws Exception {
        return opened(new Shop(directory, partitions), partitions);
    }

    private static Shop opened(Shop shop, int partitions) throws Exception {
        shop.deployment.warehouse().saveDefinitions(shop.set);
        shop.createIncrements(partitions);
        return shop;
    }

    static Deployment deployment(Path directory, String topic, ViewDefinition view) {
        return deployment(directory, List.of(source("orders", topic)), List.of(view));
    }

    public static Source source(String name, String topic) {
        return new Source(
                name,
                topic,
                SchemaBuilder.record("order")
                        .fields()
                        .name("at")
                        .type(org.apache.avro.LogicalTypes.timestampMillis()
                                .addToSchema(org.apache.avro.Schema.create(org.apache.avro.Schema.Type.LONG)))
                        .noDefault()
                        .endRecord(),
                "at",
                Optional.empty(),
                Duration.ofHours(1),
                Source.DEFAULT_EARLIEST,
                Source.DEFAULT_HORIZON);
    }

    private static Deployment deployment(Path directory, List<Source> sources, List<ViewDefinition> views) {
        return new Deployment(
                directory.resolve("tidemark.yaml"),
                sources.get(0).topic(),
                ZoneOffset.UTC,
                new Warehouse(directory.resolve("warehouse")),
                Map.of("bootstrap.servers", SharedBroker.bootstrapServers()),
                Map.of(),
                0,
                0,
                sources,
                views,
                Locations.NONE);
    }

    private static View view(String viewName, String source) {
        Map<String, MeasureCall> calls = new LinkedHashMap<>();
        calls.put("orders", MeasureCall.parse("count()"));
        calls.put("revenue", MeasureCall.parse("sum(amount)"));
        calls.put("pieces", MeasureCall.parse("sum(pieces)"));
        calls.put("most", MeasureCall.parse("max(pieces)"));
        calls.put("average", MeasureCall.parse("avg(weight)"));
        calls.put("spread", MeasureCall.parse("stddev(weight)"));
        calls.put("latest", MeasureCall.parse("last(amount)"));
        calls.put("regions", MeasureCall.parse("approx_count_distinct(region)"));
        calls.put("median", MeasureCall.parse("approx_percentile(pieces, 0.5)"));
        calls.put("busiest", MeasureCall.parse("approx_top_k(region, 2)"));
        List<ValueType> inputs = java.util.Arrays.asList(
                null,
                ValueType.decimal(10, 2),
                ValueType.BIGINT,
                ValueType.BIGINT,
                ValueType.DOUBLE,
                ValueType.DOUBLE,
                ValueType.decimal(10, 2),
                ValueType.STRING,
                ValueType.BIGINT,
                ValueType.STRING);
        List<Measure> measures = new ArrayList<>();
        calls.forEach((name, call) -> measures.add(new Measure(name, call, call.over(inputs.get(measures.size())))));
        ViewDefinition definition = new ViewDefinition(
                viewName,
                "Orders and revenue by region.",
                source,
                Layers.BOTH,
                Optional.empty(),
                new Pane(Durations.parse("1m")),
                Map.of("region", "region"),
                calls);
        return new View(definition, List.of(new Field("region", ValueType.STRING)), measures);
    }

    void createIncrements(int partitions) throws Exception {
        NewTopic created = new NewTopic(increments, partitions, (short) 1);
        created.configs(Map.of("message.timestamp.type", "LogAppendTime"));
        admin.createTopics(List.of(created)).all().get();
        Until.holds(() -> SourceLog.of(admin, increments).partitions() == partitions);
    }

    void addPartitions(int total) throws Exception {
        admin.createPartitions(
                        Map.of(topic, NewPartitions.increaseTo(total), increments, NewPartitions.increaseTo(total)))
                .all()
                .get();
    }

    void recreateTopic() throws Exception {
        admin.deleteTopics(List.of(topic)).all().get();
        Until.holds(() -> !admin.listTopics().names().get().contains(topic));
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        Until.holds(() -> SourceLog.of(admin, topic).partitions() == 1);
    }

    void recreateIncrements(int partitions) throws Exception {
        admin.deleteTopics(List.of(increments)).all().get();
        Until.holds(() -> !admin.listTopics().names().get().contains(increments));
        createIncrements(partitions);
    }

    /** Removes what is below an offset of a partition, events and increments, as retention does. */
    void removeBelow(int partition, long offset) throws Exception {
        for (String from : List.of(topic, increments)) {
            admin.deleteRecords(Map.of(new TopicPartition(from, partition), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", SharedBroker.bootstrapServers());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends an event to the source's topic. */
    Sale sell(int partition, Instant time, String region, String amount) throws Exception {
        return sell(producer, partition, time, region, amount);
    }

    Sale sell(KafkaProducer<byte[], byte[]> by, int partition, Instant time, String region, String amount)
            throws Exception {
        byte[] value = (time + " " + region + " " + amount).getBytes(StandardCharsets.UTF_8);
        RecordMetadata sent =
                by.send(new ProducerRecord<>(topic, partition, null, value)).get();
        BigDecimal price = new BigDecimal(amount).setScale(2);
        return new Sale(
                new Position(log, partition, sent.offset()),
                sent.timestamp(),
                time,
                region,
                price.longValue() + 1,
                price);
    }

    /** Sends an event to the source's topic and its increment to the increments topic. */
    Sale sellAndCount(int partition, Instant time, String region, String amount) throws Exception {
        Sale sale = sell(partition, time, region, amount);
        count(sale);
        return sale;
    }

    /** Writes the increment of an event that counts. */
    void count(Sale sale) throws Exception {
        if (!sales.contains(sale)) {
            sales.add(sale);
        }
        if (view.pattern().isPresent()) {
            emit(sale.stepEvent());
            return;
        }
        boolean ofMinutes = view.definition().slicing().equals(REVENUE.pane());
        emit(ofMinutes ? sale.increment() : sale.incrementAtItsTime());
    }

    /** A row of the one file of an import, which the next publication counts; it never was in the topic. */
    Sale imports(String id, Instant time, String region, String amount) {
        BigDecimal price = new BigDecimal(amount).setScale(2);
        Position position = new Position(id, 0, imported.size());
        Sale sale = new Sale(position, time.toEpochMilli(), time, region, price.longValue() + 1, price);
        imported.add(sale);
        return sale;
    }

    /** Takes out what was imported; the next publication does not count it. */
    void revoke() {
        imported.clear();
    }

    /** Writes the increment of an event that is left out since it is late; batch leaves it out too. */
    void exclude(Sale sale) throws Exception {
        excluded.add(sale);
        emit(sale.in(Bucket.EXCLUDED));
    }

    /** How many events of a partition are left out below an offset. */
    long excludedBelow(int partition, long offset) {
        return excluded.stream()
                .map(Sale::position)
                .filter(position -> position.partition() == partition && position.offset() < offset)
                .count();
    }

    /** Writes an increment, as the speed layer does. */
    void emit(Increment increment) throws Exception {
        producer.send(new ProducerRecord<>(increments, increment.position().partition(), null, format.write(increment)))
                .get();
    }

    /** Writes bytes that are no increment. */
    void emitGarbage(int partition) throws Exception {
        producer.send(new ProducerRecord<>(increments, partition, null, new byte[] {1, 2, 3}))
                .get();
    }

    /** The views that batch alone computes. */
    private DefinitionSet batchSet() {
        return new DefinitionSet(
                deployment.batchSetId(source),
                deployment.source(source),
                deployment.zone(),
                view.layers().streamed() ? List.of() : List.of(view));
    }

    /**
     * Publishes every counted and excluded event below these exclusive ends, and two malformed ones of the first
     * partition.
     */
    Publication publish(Map<Integer, Long> cut) throws Exception {
        return publish(cut, Cause.RECOMPUTE, 0);
    }

    /** The same by a batch layer that has lost so many events of the first partition. */
    Publication publish(Map<Integer, Long> cut, long lost) throws Exception {
        return publish(cut, Cause.RECOMPUTE, lost);
    }

    /** The same for another reason. */
    Publication publish(Map<Integer, Long> cut, Cause cause) throws Exception {
        return publish(cut, cause, 0);
    }

    /** The same before any topic was archived. */
    Publication publishImportsAlone() throws Exception {
        return publish(Map.of());
    }

    /** Publishes again what an earlier publication held. */
    Publication rollBackTo(long number) {
        Publication then = deployment.warehouse().publications().read(number).orElseThrow();
        Publication publication = new Publication(
                deployment.warehouse().publications().latest().number() + 1,
                Instant.now(),
                Cause.rollbackTo(number),
                then.sources(),
                then.segments());
        deployment.warehouse().publications().create(publication);
        return publication;
    }

    private Publication publish(Map<Integer, Long> cut, Cause cause, long lost) throws Exception {
        deployment.warehouse().saveDefinitions(set);
        deployment.warehouse().saveDefinitions(batchSet());
        Publication parent = deployment.warehouse().publications().latest();
        long number = parent.number() + 1;
        Map<String, Map<Integer, Long>> cuts = new TreeMap<>(cut.isEmpty() ? Map.of() : Map.of(log, cut));
        imported.forEach(sale -> cuts.computeIfAbsent(sale.position().log(), of -> new TreeMap<>())
                .merge(0, 1L, Long::sum));
        List<Sale> below = below(sales, cut);
        List<Sale> leftOut = below(excluded, cut);
        Map<Integer, Long> newest = new TreeMap<>();
        Map<Integer, Long> records = new TreeMap<>(Map.of(0, 2L + lost));
        Stream.concat(below.stream(), leftOut.stream()).forEach(sale -> {
            newest.merge(sale.position().partition(), sale.recordTimestamp(), Math::max);
            records.merge(sale.position().partition(), 1L, Long::sum);
        });
        SourceState state = new SourceState(
                set.id(),
                batchSet().id(),
                number,
                Instant.now(),
                new Cut(cuts),
                Map.of(log, newest),
                Map.of(log, Map.of(0, 2L)),
                with(log, records, cuts));
        Map<LocalDate, List<Sale>> days = new TreeMap<>();
        Stream.concat(below.stream(), imported.stream())
                .forEach(sale -> days.computeIfAbsent(sale.day(), day -> new ArrayList<>())
                        .add(sale));
        Map<LocalDate, SegmentRef> segments = new TreeMap<>();
        for (Map.Entry<LocalDate, List<Sale>> day : days.entrySet()) {
            segments.put(day.getKey(), writeSegment(day.getValue()));
        }
        leftOut.forEach(sale -> segments.compute(
                sale.day(),
                (day, segment) -> withExcluded(
                        segment == null ? new SegmentRef(UUID.randomUUID().toString(), 0, Map.of()) : segment,
                        sale.position().partition())));
        Map<String, SourceState> sources = new TreeMap<>(parent.sources());
        sources.put(source, state);
        Map<String, Map<LocalDate, SegmentRef>> views = new TreeMap<>(parent.segments());
        views.put(view.name(), segments);
        Publication publication = new Publication(number, Instant.now(), cause, sources, views);
        deployment.warehouse().publications().create(publication);
        return publication;
    }

    private static Map<String, Map<Integer, Long>> with(
            String log, Map<Integer, Long> records, Map<String, Map<Integer, Long>> others) {
        Map<String, Map<Integer, Long>> all = new TreeMap<>(others);
        all.put(log, records);
        return all;
    }

    private static List<Sale> below(List<Sale> sales, Map<Integer, Long> cut) {
        return sales.stream()
                .filter(sale -> sale.position().offset()
                        < cut.getOrDefault(sale.position().partition(), 0L))
                .toList();
    }

    /** The segment of a day of which one more event is left out. */
    private SegmentRef withExcluded(SegmentRef segment, int partition) {
        Map<Integer, Map<Bucket, Long>> buckets =
                new TreeMap<>(segment.buckets().getOrDefault(log, Map.of()));
        Map<Bucket, Long> events = new TreeMap<>(buckets.getOrDefault(partition, Map.of()));
        events.merge(Bucket.EXCLUDED, 1L, Long::sum);
        buckets.put(partition, events);
        return new SegmentRef(segment.id(), segment.cells(), Map.of(log, buckets));
    }

    /** Writes a segment of these events, and names it. */
    SegmentRef writeSegment(List<Sale> counted) throws Exception {
        String id = UUID.randomUUID().toString();
        Map<Instant, Map<List<Object>, Object[]>> cells = new TreeMap<>();
        Map<String, Map<Integer, Map<Bucket, Long>>> buckets = new TreeMap<>();
        for (Sale sale : counted) {
            cells.computeIfAbsent(sale.pane(), pane -> new HashMap<>())
                    .compute(
                            sale.dimensions(),
                            (key, cell) -> REVENUE.add(
                                    cell == null ? REVENUE.identity() : cell, sale.contribution(), sale.at()));
            buckets.computeIfAbsent(sale.position().log(), of -> new TreeMap<>())
                    .computeIfAbsent(sale.position().partition(), partition -> new TreeMap<>())
                    .merge(Bucket.COUNTED, 1L, Long::sum);
        }
        List<Object[]> rows = new ArrayList<>();
        cells.forEach((pane, byRegion) -> byRegion.forEach(
                (dimensions, partials) -> rows.add(row(List.of(id, Micros.of(pane)), dimensions, partials))));
        view.session().ifPresent(session -> {
            rows.clear();
            rows.addAll(fragments(id, counted, session));
        });
        if (view.pattern().isPresent()) {
            rows.clear();
            rows.addAll(stepEvents(id, counted));
        }
        Path table = deployment.warehouse().segments(set, view);
        new KernelTable(table, SegmentColumns.of(view), SegmentColumns.SEGMENT).append(id, rows);
        return new SegmentRef(id, rows.size(), buckets);
    }

    private static List<Object[]> stepEvents(String id, List<Sale> counted) {
        List<Object[]> rows = new ArrayList<>();
        for (Sale sale : counted) {
            if (sale.fits() != 0) {
                Object[] partials = REVENUE.add(REVENUE.identity(), sale.contribution(), sale.at());
                rows.add(row(List.of(id, Micros.of(sale.time())), sale.stepKey(), partials));
            }
        }
        return rows;
    }

    /** The fragments of one day's events. */
    private static List<Object[]> fragments(String id, List<Sale> counted, Session session) {
        Map<List<Object>, List<Sale>> byRegion = new HashMap<>();
        counted.stream().sorted(Comparator.comparing(Sale::time)).forEach(sale -> byRegion.computeIfAbsent(
                        sale.dimensions(), region -> new ArrayList<>())
                .add(sale));
        List<Object[]> rows = new ArrayList<>();
        byRegion.forEach((dimensions, sales) -> {
            int begin = 0;
            for (int i = 1; i <= sales.size(); i++) {
                if (i == sales.size()
                        || sales.get(i).time().isAfter(sales.get(i - 1).time().plus(session.gap()))) {
                    rows.add(fragment(id, sales.subList(begin, i)));
                    begin = i;
                }
            }
        });
        return rows;
    }

    private static Object[] fragment(String id, List<Sale> sales) {
        Object[] partials = REVENUE.identity();
        for (Sale sale : sales) {
            partials = REVENUE.add(partials, sale.contribution(), sale.at());
        }
        Sale first = sales.get(0);
        Sale last = sales.get(sales.size() - 1);
        return row(List.of(id, Micros.of(first.time()), Micros.of(last.time())), first.dimensions(), partials);
    }

    private static Object[] row(List<Object> idAndTimes, List<Object> dimensions, Object[] partials) {
        List<Object> row = new ArrayList<>(idAndTimes);
        row.addAll(dimensions);
        for (int i = 0; i < partials.length; i++) {
            REVENUE.measures().get(i).algebra().store(partials[i]).forEach(value -> row.add(kernel(value)));
        }
        return row.toArray();
    }

    /** The value as Kernel holds it. */
    private static Object kernel(Object value) {
        return value instanceof Instant time ? (Object) Micros.of(time) : value;
    }

    ServingLayer serve() {
        return serve(Patience.USUAL);
    }

    /** With a patience that lets events be missing soon. */
    ServingLayer serveImpatiently() {
        return serve(new Patience(Duration.ofSeconds(1), Patience.USUAL.clocks()));
    }

    /** With settings of its own for live queries. */
    ServingLayer serve(LiveSettings settings) {
        return ServingLayer.start(deployment, "127.0.0.1", 0, Patience.USUAL, settings, SpoolPace.USUAL);
    }

    /** Writing a slice whenever so many events have been counted. */
    ServingLayer serveSlicing(long events) {
        SpoolPace pace = new SpoolPace(events, Integer.MAX_VALUE);
        return ServingLayer.start(deployment, "127.0.0.1", 0, Patience.USUAL, LiveSettings.USUAL, pace);
    }

    ServingLayer serve(Patience patience) {
        return ServingLayer.start(deployment, "127.0.0.1", 0, patience);
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
