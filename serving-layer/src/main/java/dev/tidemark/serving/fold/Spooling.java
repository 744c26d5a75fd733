package dev.tidemark.serving.fold;

import dev.tidemark.serving.spool.Spool;
import dev.tidemark.serving.spool.SpoolPace;
import dev.tidemark.view.Tail.Unsliced;
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
 * Writes slices of one generation's tail, in a thread of its own, which takes them from the generation in a moment under
 * its lock. Whatever goes wrong ends the spool, and nothing else.
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
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean started;

    /** Whether a slice was given up: then no later one may be put over what is there. */
    private boolean lacks;

    private volatile boolean finishing;
    private volatile Optional<String> topic = Optional.empty();
    private volatile Optional<Spool> spool = Optional.empty();

    /** @param spools the generation's spool by the id of the increments topic */
    Spooling(Generation generation, SpoolPace pace, Function<String, Spool> spools) {
        this.generation = generation;
        this.pace = pace;
        this.spools = spools;
        this.thread = new Thread(
                this::run, "spool-" + generation.definitions().source().name());
        thread.setDaemon(true);
    }

    /**
     * Gives the generation what its spool holds. To be called before its partitions are started.
     *
     * @param id the id of the increments topic
     * @param begins where each partition begins to be counted without a spool
     * @param ends where each partition's log ends
     * @return where to go on in the increments topic, by partition
     */
    Map<Integer, Long> load(String id, Map<Integer, Long> begins, Map<Integer, Long> ends) {
        Spool found = spools.apply(id);
        topic = Optional.of(id);
        spool = Optional.of(found);
        return generation.load(found, begins, ends);
    }

    /** Begins to write slices of what is counted from now on. */
    void start() {
        generation.beginSlices();
        started = true;
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
                writeIfDue();
            }
            if (finishing
                    && !lacks
                    && topic.isPresent()
                    && generation.unsliced().events() > 0) {
                write();
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped writing slices");
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn(
                    "no more slices of the tail of source {} are written under this publication: {}",
                    generation.definitions().source().name(),
                    e.toString());
        } finally {
            generation.endSlices();
            spool.ifPresent(Spool::close);
        }
    }

    private void writeIfDue() throws IOException {
        Unsliced unsliced = generation.unsliced();
        if (topic.isEmpty() || unsliced.events() < pace.events() && unsliced.cells() < pace.cells()) {
            return;
        }
        if (!write() && unsliced.cells() / OVERDUE > pace.cells()) {
            throw new IOException("events are missing, and too much has been counted since");
        }
    }

    /** Returns false while no slice can be taken. */
    private boolean write() throws IOException {
        Optional<Generation.Sliced> sliced = generation.slice();
        if (sliced.isPresent()) {
            lacks = !open().append(sliced.get().slice(), sliced.get().resume(), this::isGivenUp);
        }
        return sliced.isPresent();
    }

    /** A slice that is being written when all ends is written still if that is asked for. */
    private boolean isGivenUp() {
        return closing.getCount() == 0 && !finishing;
    }

    private Spool open() {
        if (spool.isEmpty()) {
            Spool found = spools.apply(topic.orElseThrow());
            found.load(kept -> {
                throw new IllegalStateException("what it continues was not there when counting began");
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
        if (!started) {
            spool.ifPresent(Spool::close);
            return;
        }
        awaitEnd();
    }

    /** Whoever is interrupted while he waits, since all is to end, still waits: the last slice is being written. */
    private void awaitEnd() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = PATIENCE.toMillis(); thread.isAlive() && left > 0; ) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
