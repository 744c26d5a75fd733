package dev.tidemark.serving.fold;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.serving.follow.Worker;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.serving.spool.Spool;
import dev.tidemark.serving.spool.SpoolHome;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source, served: follows the publications, and lets each new one's generation take over from the one before when
 * it has counted as much. Thread-safe.
 */
public final class LiveSource implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveSource.class);
    /** How often the publications of a warehouse on a disk are looked at. */
    private static final Duration POLL = Duration.ofMillis(200);

    /** And of one in a bucket, which is paid by the request. */
    private static final Duration BUCKET_POLL = Duration.ofSeconds(2);

    private static final Duration SWAP_POLL = Duration.ofMillis(2);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration HELD = Duration.ofSeconds(30);

    private final Source source;
    private final PublicationLog publications;
    private final Duration poll;
    private final GenerationBuilder builder;
    private final Progressed progressed = new Progressed();
    private final List<RunningGeneration> running = new CopyOnWriteArrayList<>();
    private final SourceWatch watch;
    private final Worker worker;
    private volatile RunningGeneration current;
    private volatile Optional<String> problem = Optional.of("it is starting");
    private volatile boolean closed;

    /** One that reads the published segments by itself. */
    public LiveSource(Deployment deployment, Source source, Patience patience, Optional<SpoolHome> spools) {
        this(deployment, source, patience, spools, new SegmentStore(deployment.warehouse()));
    }

    /**
     * @param spools where slices of the tail are kept; empty if none are
     * @param segments what reads the published segments
     */
    public LiveSource(
            Deployment deployment,
            Source source,
            Patience patience,
            Optional<SpoolHome> spools,
            SegmentStore segments) {
        this(deployment, source, patience, spools, segments, view -> true);
    }

    /** For those who ask for some of its views alone, without a spool. */
    public LiveSource(Deployment deployment, Source source, Patience patience, Set<String> views) {
        this(
                deployment,
                source,
                patience,
                Optional.empty(),
                new SegmentStore(deployment.warehouse()),
                view -> views.contains(view.name()));
    }

    private LiveSource(
            Deployment deployment,
            Source source,
            Patience patience,
            Optional<SpoolHome> spools,
            SegmentStore segments,
            Predicate<View> kept) {
        this.source = source;
        this.builder = new GenerationBuilder(deployment, source, patience, spools, segments, kept);
        this.publications = deployment.warehouse().publications();
        this.poll = deployment.warehouse().isInBucket() ? BUCKET_POLL : POLL;
        this.watch = new SourceWatch(deployment, source, () -> running, progressed);
        this.worker = new Worker(this::run, "follow-" + source.name());
    }

    public void start() {
        watch.start();
        worker.start();
    }

    public Source source() {
        return source;
    }

    /** The generation that answers, once one does. */
    public Optional<Generation> generation() {
        return Optional.ofNullable(current).map(RunningGeneration::generation);
    }

    /** How much of what is counted is spooled; empty where no slices are kept. */
    public Optional<Spool.Size> spooled() {
        return Optional.ofNullable(current).flatMap(RunningGeneration::spooled);
    }

    /** Where the log ends, and how far behind it something is. */
    public Lag lag() {
        return watch.lag();
    }

    /** How many partitions the topic has; zero before it has been found. */
    public int partitions() {
        return watch.partitions();
    }

    /** What to say if the topic has been created again: then nothing may be answered. */
    public Optional<String> replaced() {
        return watch.replaced();
    }

    /** Why nothing can be answered, if so: nothing has been counted yet, or what is to come cannot be. */
    public Optional<String> notServed() {
        RunningGeneration asked = current;
        if (asked == null) {
            return Optional.of("source %s is not served yet: %s"
                    .formatted(source.name(), problem.orElse("its increments are being counted")));
        }
        return asked.feed()
                .failure()
                .map(failure -> "source %s is not served: its increments cannot be counted any more: %s"
                        .formatted(source.name(), failure.getMessage()));
    }

    /** Why nobody can say how far answers are behind the log, if so. */
    public Optional<String> notObserved() {
        return lag().isKnown()
                ? Optional.empty()
                : Optional.of("where topic %s ends has not been seen yet".formatted(source.topic()));
    }

    /** What keeps it from serving, or from serving the newest publication. */
    public Optional<String> problem() {
        return problem;
    }

    /** How often there has been progress; ask before looking, so that none is missed. */
    public long progress() {
        return progressed.times();
    }

    /** Returns {@link #progress} when it is no longer {@code seen}, or after {@code most}. */
    public long awaitProgress(long seen, Duration most) throws InterruptedException {
        progressed.await(seen, System.nanoTime() + most.toNanos());
        return progressed.times();
    }

    /**
     * What an answer is made of; empty if a publication has switched to another definition of the view.
     *
     * @param atLeast exclusive ends by partition that it shall have counted, if that happens within {@code wait}
     * @throws IllegalStateException before there is a {@link #generation}
     */
    public Optional<Snapshot> snapshot(View view, Selection selection, Map<Integer, Long> atLeast, Duration wait)
            throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            long seen = progressed.times();
            if (hasReached(view, atLeast) || System.nanoTime() >= deadline) {
                return snapshot(view, selection);
            }
            progressed.await(seen, deadline);
        }
    }

    /** What has been reached stays so, since neither counting nor a take-over ever steps back. */
    private boolean hasReached(View view, Map<Integer, Long> ends) {
        return Snapshot.reaches(requireCurrent().generation().progress(view.layers()), ends);
    }

    private RunningGeneration requireCurrent() {
        RunningGeneration asked = current;
        if (asked == null) {
            throw new IllegalStateException("source " + source.name() + " is not served yet");
        }
        return asked;
    }

    private Optional<Snapshot> snapshot(View view, Selection selection) {
        while (true) {
            RunningGeneration asked = requireCurrent();
            Optional<Snapshot> snapshot = asked.generation().snapshot(view, selection);
            if (asked == current) {
                return snapshot;
            }
        }
    }

    private void run() {
        try (builder) {
            while (!closed) {
                follow();
                Thread.sleep(poll.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped following source {}", source.name());
        } finally {
            Optional.ofNullable(current).flatMap(RunningGeneration::spooling).ifPresent(Spooling::finish);
            running.forEach(RunningGeneration::close);
        }
    }

    private void follow() throws InterruptedException {
        try {
            if (isDue()) {
                // Of a source there is one spool, which the next one takes up or begins anew.
                running.forEach(RunningGeneration::endSpooling);
                takeOver(builder.build(publications.latest()));
                problem = Optional.empty();
            }
        } catch (UnavailableException e) {
            report(e.getMessage());
        } catch (RefusedException e) {
            report(e.getMessage());
            Thread.sleep(AFTER_FAILURE.toMillis());
        } catch (KafkaException e) {
            report("the broker does not answer: " + e.getMessage());
        } catch (RuntimeException e) {
            if (report(e.toString())) {
                LOG.error("cannot serve the newest publication of source {}", source.name(), e);
            }
            Thread.sleep(AFTER_FAILURE.toMillis());
        }
    }

    private boolean isDue() {
        if (current == null || current.feed().failure().isPresent()) {
            return true;
        }
        List<Long> numbers = publications.numbers();
        long serving = current.generation().publication().number();
        return !numbers.isEmpty() && numbers.get(numbers.size() - 1) > serving;
    }

    private boolean report(String message) {
        boolean isNew = !closed && !problem.equals(Optional.of(message));
        if (isNew) {
            LOG.warn("source {} waits: {}", source.name(), message);
        }
        problem = Optional.of(message);
        return isNew;
    }

    private void takeOver(RunningGeneration next) throws InterruptedException {
        running.add(next);
        next.start(progressed);
        RunningGeneration before = current;
        boolean swapped = false;
        try {
            swapped = awaitSwap(before, next);
        } finally {
            RunningGeneration retired = swapped ? before : next;
            if (retired != null) {
                running.remove(retired);
                retired.close();
            }
        }
        if (swapped) {
            Publication publication = next.generation().publication();
            LOG.info(
                    "source {} is served from {}",
                    source.name(),
                    publication.isNone() ? "the log alone" : "publication " + publication.number());
        }
    }

    private boolean awaitSwap(RunningGeneration before, RunningGeneration next) throws InterruptedException {
        Optional<Approach> approach =
                Optional.ofNullable(before).map(served -> new Approach(served.generation(), next.generation(), HELD));
        Settling settling = new Settling(next);
        while (!swap(before, next, settling)) {
            if (next.feed().failure().isPresent()) {
                throw next.feed().failure().get();
            }
            boolean ended =
                    next.feed().caughtUp() && approach.map(Approach::hasEnded).orElse(false);
            if (ended) {
                throw new UnavailableException(
                        "publication %d would step back behind what is being served; it is tried again"
                                .formatted(next.generation().publication().number()));
            }
            Thread.sleep(SWAP_POLL.toMillis());
        }
        return true;
    }

    private boolean swap(RunningGeneration before, RunningGeneration next, Settling settling) {
        if (before == null && settling.hasEnded()) {
            makeCurrent(next);
            return true;
        }
        return before != null
                && next.feed().caughtUp()
                && before.generation().yieldTo(next.generation(), () -> makeCurrent(next));
    }

    private void makeCurrent(RunningGeneration next) {
        current = next;
        progressed.signal();
    }

    @Override
    public void close() {
        closed = true;
        worker.close();
        watch.close();
    }
}
