package dev.tidemark.serving.live;

import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.QueryRequest;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The queries that someone listens to. A thread a source waits for progress, and a few threads ask all queries. Thread-
 * safe.
 */
public final class LiveQueries implements AutoCloseable {

    /** How finely the queries' pace is kept. */
    private static final Duration LOOK = Duration.ofMillis(10);

    private static final Duration IDLE = Duration.ofSeconds(1);

    /** A query, and how many listen to it or are about to. */
    private static final class Shared {
        private final LiveQuery query;
        private int streams;

        private Shared(LiveQuery query) {
            this.query = query;
        }
    }

    private final ZoneId zone;
    private final LiveSettings settings;
    private final Map<QueryRequest, Shared> shared = new HashMap<>();
    private final ExecutorService askers;
    private final List<Thread> followers = new ArrayList<>();
    private int streams;

    private LiveQueries(ZoneId zone, LiveSettings settings) {
        this.zone = zone;
        this.settings = settings;
        // Half of the processors, so that the sources can be followed whatever is asked.
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.askers = Executors.newFixedThreadPool(threads, task -> daemon("live-asker", task));
    }

    /**
     * Begins to wait for progress of {@code sources}.
     *
     * @param zone the deployment's timezone
     */
    public static LiveQueries start(Collection<LiveSource> sources, ZoneId zone, LiveSettings settings) {
        LiveQueries queries = new LiveQueries(zone, settings);
        for (LiveSource source : sources) {
            queries.followers.add(daemon("live-" + source.source().name(), () -> queries.follow(source)));
        }
        queries.followers.forEach(Thread::start);
        return queries;
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Keeps a place for someone who wants to listen to a query.
     *
     * @param live the source that its view counts
     * @throws HttpProblem if the query is wrong, or if too many listen already
     */
    public Subscription open(QueryRequest request, LiveSource live) throws InterruptedException {
        request.publication().ifPresent(number -> {
            throw HttpProblem.field(
                    "publication",
                    number,
                    "a live query without publication",
                    "publication is given, but the answer as of publication %d never changes: ask …/query for it"
                            .formatted(number));
        });
        if (!request.conditions().waitFor().isZero()) {
            throw HttpProblem.field(
                    "wait",
                    request.conditions().waitFor().toMillis() + "ms",
                    "at_least without wait",
                    "wait is given, but a live query waits anyhow: until at_least is counted it sends a problem; leave"
                            + " out wait");
        }
        Subscription subscription = new Subscription(enter(request, live), () -> leave(request));
        try {
            subscription.query().ask();
            return subscription;
        } catch (RuntimeException | InterruptedException e) {
            subscription.close();
            throw e;
        }
    }

    private synchronized LiveQuery enter(QueryRequest request, LiveSource live) {
        if (streams >= settings.streams()) {
            throw tooMany(settings.streams() + " clients listen to live queries already, which is the limit");
        }
        if (!shared.containsKey(request) && shared.size() >= settings.queries()) {
            throw tooMany(settings.queries() + " different queries are live already, which is the limit");
        }
        Shared entry = shared.computeIfAbsent(
                request, asked -> new Shared(new LiveQuery(asked, live, zone, settings.heartbeat())));
        entry.streams++;
        streams++;
        return entry.query;
    }

    private static HttpProblem tooMany(String detail) {
        return HttpProblem.of(Kind.TOO_MANY_STREAMS, detail + "; try again later, or ask the query itself");
    }

    private synchronized void leave(QueryRequest request) {
        streams--;
        Shared entry = shared.get(request);
        entry.streams--;
        if (entry.streams == 0) {
            shared.remove(request);
        }
    }

    /** How many listen. */
    public synchronized int streams() {
        return streams;
    }

    /** How many different queries they listen to. */
    public synchronized int queries() {
        return shared.size();
    }

    private void follow(LiveSource source) {
        try {
            long seen = source.progress();
            while (true) {
                long now = source.awaitProgress(seen, IDLE);
                boolean progressed = now != seen;
                seen = now;
                queriesOf(source).forEach(query -> query.tick(progressed, askers));
                Thread.sleep(LOOK.toMillis());
            }
        } catch (InterruptedException e) {
            // Told to stop.
        }
    }

    private synchronized List<LiveQuery> queriesOf(LiveSource source) {
        return all().filter(query -> query.source() == source).toList();
    }

    private Stream<LiveQuery> all() {
        return shared.values().stream().map(entry -> entry.query);
    }

    /** Lets all who listen go, and asks no more. */
    @Override
    public void close() {
        followers.forEach(Thread::interrupt);
        try {
            for (Thread follower : followers) {
                follower.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        askers.shutdownNow();
        List<LiveQuery> open;
        synchronized (this) {
            open = all().toList();
        }
        open.forEach(LiveQuery::end);
    }
}
