package dev.tidemark.serving.fold;

import dev.tidemark.serving.spool.Spool;
import dev.tidemark.serving.spool.SpoolPace;
import dev.tidemark.serving.spool.StoredSlice;
import dev.tidemark.view.TailSlice;
import dev.tidemark.view.TailSlicer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes slices of one generation's tail, in a thread of its own, which folds what was counted once more: of the
 * generation it takes that away, a moment under its lock. Whatever goes wrong ends the spool, and nothing else.
 */
final class Spooling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spooling.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** How far beyond its pace a tail may grow that cannot be sliced, since events are missing. */
    private static final int OVERDUE = 4;

    private final Generation generation;
    private final SpoolPace pace;
    private final Function<String, Spool> spools;
    private final TailSlicer slicer;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private Map<Integer, Long> resume = Map.of();
    private volatile boolean finishing;
    private volatile Optional<String> topic = Optional.empty();
    private volatile Optional<Spool> spool = Optional.empty();

    /** @param spools the generation's spool by the id of the increments topic */
    Spooling(Generation generation, SpoolPace pace, Function<String, Spool> spools) {
        this.generation = generation;
        this.pace = pace;
        this.spools = spools;
        this.slicer = new TailSlicer(generation.definitions().streamed());
        this.thread = new Thread(
                this::run, "spool-" + generation.definitions().source().name());
        thread.setDaemon(true);
    }

    /**
     * Gives the generation what its spool holds. To be called before its partitions are started.
     *
     * @param id the id of the increments topic
     * @param begins where each partition begins to be counted without a spool
     * @return where to go on in the increments topic, by partition
     */
    Map<Integer, Long> load(String id, Map<Integer, Long> begins) {
        Spool found = spools.apply(id);
        topic = Optional.of(id);
        spool = Optional.of(found);
        return generation.load(found, begins);
    }

    /** Begins to write slices of what is counted from now on. */
    void start() {
        generation.beginSlices();
        thread.start();
    }

    /** Says what the id of the increments topic is now. Positions in another one mean nothing here. */
    void see(String id) {
        if (topic.isEmpty()) {
            topic = Optional.of(id);
        } else if (!topic.get().equals(id)) {
            closing.countDown();
        }
    }

    /** How much is spooled. */
    Spool.Size size() {
        return spool.map(Spool::size).orElse(Spool.Size.NONE);
    }

    private void run() {
        try {
            while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                take();
                if (isDue()) {
                    write();
                }
            }
            if (finishing) {
                take();
                write();
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped writing slices");
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "no more slices of the tail of source {} are written under this publication: {}",
                    generation.definitions().source().name(),
                    e.toString());
        } finally {
            generation.endSlices();
        }
    }

    private void take() {
        generation.take().ifPresent(taken -> {
            slicer.add(taken.counted());
            resume = taken.resume();
        });
    }

    private boolean isDue() {
        return topic.isPresent() && (slicer.events() >= pace.events() || slicer.cells() >= pace.cells());
    }

    private void write() throws IOException {
        if (topic.isEmpty() || slicer.events() == 0) {
            return;
        }
        Optional<TailSlice> slice = slicer.slice();
        if (slice.isPresent()) {
            open().append(new StoredSlice(slice.get(), resume));
        } else if (slicer.cells() / OVERDUE > pace.cells()) {
            throw new IOException("events are missing, and too much has been counted since");
        }
    }

    private Spool open() {
        if (spool.isEmpty()) {
            Spool found = spools.apply(topic.orElseThrow());
            found.load(slice -> {
                throw new IllegalStateException("its increments topic is new");
            });
            spool = Optional.of(found);
        }
        return spool.get();
    }

    /** Writes what was counted since the last slice, and ends. */
    void finish() {
        finishing = true;
        close();
    }

    /** Ends; what was counted since the last slice is not written. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
