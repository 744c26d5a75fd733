package dev.tidemark.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long queries take over days of the shop, and how many are answered; and what it takes serving to start. */
@Command(
        name = "queries",
        mixinStandardHelpOptions = true,
        description = "Queries over days of the shop: latency and throughput; and serving's start and memory.")
final class QueryLoad implements Callable<Integer> {

    private static final int MOST_CONNECTIONS = 16;
    private static final List<Integer> CONNECTIONS = List.of(1, MOST_CONNECTIONS);
    private static final String VIEWS = "/v1/views/";
    private static final double MILLION = 1e6;

    @Option(names = "--days", description = "days of history (default: ${DEFAULT-VALUE})")
    private int days = 30;

    @Option(names = "--events", description = "events of the history (default: ${DEFAULT-VALUE})")
    private long events = 3_000_000;

    @Option(
            names = "--warm-up",
            description = "seconds of all queries in turn, before any is measured (default: ${DEFAULT-VALUE})")
    private int warmUp = 180;

    @Option(names = "--seconds", description = "seconds a run (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Option(names = "--runs", description = "runs (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    private Map<String, String> queries() {
        String all = "last=" + days + "d";
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("the last hour's revenue by region", "revenue/query?last=1h&by=region&measures=revenue,orders");
        queries.put("a day's page views by the hour", "page_views/query?last=1d&window=1h&by=page&measures=views");
        queries.put("a day's ten best customers", "customers/query?last=1d&by=customer&order=-spent&limit=10");
        queries.put("all days' baskets by region", "baskets/query?" + all + "&window=1d&by=region");
        queries.put("all days' revenue by category", "revenue/query?" + all + "&window=1d&by=category");
        queries.put(
                "all days' hundred best customers", "customers/query?" + all + "&by=customer&order=-spent&limit=100");
        return queries;
    }

    @Override
    public Integer call() throws Exception {
        try (TestBed bed = new TestBed(Optional.empty())) {
            bed.startBroker(3);
            new ShopHistory(bed.deployment(), events, days).sendUpTo(events);
            bed.batch("archive");
            bed.batch("recompute");
            TestBed.Running speed = bed.startSpeed();
            speed.awaitWords("speed ready");
            TestBed.Running running = start(bed);
            Serving serving = new Serving(bed.deployment());
            load(serving, queries().values(), MOST_CONNECTIONS, warmUp);
            for (Map.Entry<String, String> query : queries().entrySet()) {
                measure(serving, query.getKey(), query.getValue());
            }
            System.out.println("serving after all that: " + heap(bed, running));
        }
        return 0;
    }

    /** The last one stays. */
    private TestBed.Running start(TestBed bed) throws Exception {
        double[] started = new double[runs];
        TestBed.Running serving = null;
        for (int run = 0; run < runs; run++) {
            if (serving != null) {
                serving.stop();
            }
            long began = System.nanoTime();
            serving = bed.startServing();
            serving.awaitWords("serving ready");
            started[run] = (System.nanoTime() - began) / 1e9;
        }
        System.out.printf(
                Locale.ROOT,
                "serving: %,d cells of %,d events over %d days; start %s s; %s%n",
                bed.cells(),
                events,
                days,
                Figures.of(started),
                heap(bed, serving));
        return serving;
    }

    /** What lives on, with what the queries so far have rolled up. */
    private static String heap(TestBed bed, TestBed.Running serving) throws Exception {
        double bytes = Serving.liveBytes(serving.process());
        return String.format(
                Locale.ROOT, "live heap %,.0f MB, %,.0f MB a million cells", bytes / MILLION, bytes / bed.cells());
    }

    private void measure(Serving serving, String name, String path) throws Exception {
        System.out.printf(Locale.ROOT, "%s: %,d bytes%n", name, serving.ask(VIEWS + path).length);
        for (int connections : CONNECTIONS) {
            List<Latencies> all = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                all.add(load(serving, List.of(path), connections, seconds));
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %2d connections: p50 %s, p99 %s ms; %s queries/s%n",
                    connections,
                    Figures.of(all.stream().mapToDouble(run -> run.millis(0.5)).toArray()),
                    Figures.of(all.stream().mapToDouble(run -> run.millis(0.99)).toArray()),
                    Figures.of(all.stream()
                            .mapToDouble(run -> run.count() / (double) seconds)
                            .toArray()));
        }
    }

    private static Latencies load(Serving serving, Collection<String> paths, int connections, int seconds)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            List<Future<Latencies>> parts = Stream.generate(() -> threads.submit(() -> askUntil(end, serving, paths)))
                    .limit(connections)
                    .toList();
            Latencies all = new Latencies();
            for (Future<Latencies> part : parts) {
                all.add(part.get());
            }
            return all;
        } finally {
            threads.shutdown();
        }
    }

    /** The paths in turn, each at least once. */
    private static Latencies askUntil(long end, Serving serving, Collection<String> paths) throws Exception {
        Latencies latencies = new Latencies();
        do {
            for (String path : paths) {
                long began = System.nanoTime();
                serving.ask(VIEWS + path);
                latencies.addSince(began);
            }
        } while (System.nanoTime() < end);
        return latencies;
    }
}
