package dev.tidemark.serving.http;

import dev.tidemark.schema.ImportLog;
import dev.tidemark.serving.fold.LiveSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks again and again whether every event is in one bucket of every view, and says where if not. */
final class ConservationWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConservationWatch.class);

    /**
     * Where the law is to hold.
     *
     * @param partition the number of the partition, or the id of an import
     * @param publication under which publication it was seen
     */
    private record Place(String view, String partition, long publication) {

        String text() {
            return ImportLog.is(partition) ? partition : "partition " + partition;
        }
    }

    private final ServedDeployment served;
    private final Map<Place, Long> told = new HashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "conservation");
        thread.setDaemon(true);
        return thread;
    });

    ConservationWatch(ServedDeployment served) {
        this.served = served;
    }

    void start(Duration every) {
        timer.scheduleWithFixedDelay(this::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            tell(differences());
        } catch (RuntimeException e) {
            // A scheduled task that throws once is never run again.
            LOG.warn("conservation could not be checked", e);
        }
    }

    /** By place: how many more events were consumed than are in buckets. */
    private Map<Place, Long> differences() {
        Map<Place, Long> differences = new HashMap<>();
        for (LiveSource source : served.liveSources()) {
            source.generation().ifPresent(live -> Conservation.of(live, live.counters())
                    .forEach((view, conservation) -> conservation
                            .differences()
                            .forEach((partition, difference) -> differences.put(
                                    new Place(
                                            view, partition, live.publication().number()),
                                    difference))));
        }
        return differences;
    }

    private void tell(Map<Place, Long> differences) {
        differences.values().removeIf(difference -> difference == 0);
        told.keySet().retainAll(differences.keySet());
        differences.forEach((place, difference) -> {
            if (!difference.equals(told.put(place, difference))) {
                LOG.error(
                        "{} events of {} are in no bucket of view {}, under publication {}: see"
                                + " /v1/conservation, and recompute the view",
                        difference,
                        place.text(),
                        place.view(),
                        place.publication());
            }
        });
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
