package dev.tidemark.batch;

import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Input;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** Carries out plans: writes the segments that they are for. */
final class Computing {

    private static final int RUN_DIGITS = 12;

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final ReferenceRows references;
    private final Progress progress;
    private final Input input;

    /**
     * @param spark asked only when there is something to compute
     * @param input what to compute from
     */
    Computing(Deployment deployment, Supplier<SparkSession> spark, Progress progress, Input input) {
        this.input = input;
        this.deployment = deployment;
        this.spark = spark;
        this.references = new ReferenceRows(deployment.warehouse()::reference, deployment.warehouse()::versionOf);
        this.progress = progress;
    }

    /** A plan, carried out. */
    record Done(SourcePlan plan, Segments.Written written) {}

    /**
     * Writes the segments.
     *
     * @throws RefusedException if the archive is not what the plan was made for
     * @throws LostRaceException if the archive was judged again meanwhile
     */
    Done compute(SourcePlan plan) {
        if (plan.work().isEmpty()) {
            return new Done(plan, Segments.Written.NOTHING);
        }
        MasterDataset master = MasterDataset.of(deployment, plan.source());
        MasterDataset.Version seen = master.latest()
                .orElseThrow(() ->
                        new RefusedException(("the master dataset %s is gone: restore it, or run `tidemark archive`,"
                                        + " which reads again what the topic still holds")
                                .formatted(master.table())));
        master.requireSameJudging(seen.commit());
        master.requireHolds(plan.state().cut(), seen.commit());
        String run = UUID.randomUUID().toString().replace("-", "").substring(0, RUN_DIGITS);
        Segments.Written written = Segments.Written.NOTHING;
        try (EventRows records = records(plan, master, seen)) {
            for (SourcePlan.Work work : plan.work()) {
                written = written.plus(compute(plan, work, records, run));
            }
        }
        master.requireNotJudgedAgainSince(seen);
        return new Done(plan, written);
    }

    private EventRows records(SourcePlan plan, MasterDataset master, MasterDataset.Version seen) {
        return input == Input.LOG
                ? LoggedRows.below(
                        deployment, master, seen.commit(), plan.state().cut())
                : new ArchivedRows(master, seen);
    }

    private Segments.Written compute(SourcePlan plan, SourcePlan.Work work, EventRows records, String run) {
        String source = plan.source().name();
        progress.say("%s: %s %d days of %d views, %s to %s"
                .formatted(
                        source,
                        work.base().isNone() ? "recomputing" : "merging new events into",
                        work.days().size(),
                        work.views().views().size(),
                        work.days().first(),
                        work.days().last()));
        CountedEvents events = new CountedEvents(
                plan.source(), records, work.base().since(), plan.state().cut(), deployment.zone(), references);
        Segments.Written written = new Segments(deployment, spark.get(), work, events, run).write();
        progress.say("%s: %,d events in %,d cells".formatted(source, written.events(), written.cells()));
        return written;
    }
}
