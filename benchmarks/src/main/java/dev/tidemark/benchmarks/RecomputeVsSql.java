package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.benchmarks.byhand.SqlAggregation;
import dev.tidemark.launcher.Installation;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Recompute against the same aggregation written by hand in Spark SQL over the same master dataset, for one view and for
 * eight over the same source. The views and the statements are the files in benchmarks/recompute.
 */
@Command(
        name = "recompute",
        mixinStandardHelpOptions = true,
        description = "Recompute against the same aggregation by hand in Spark SQL, for one view and for eight.")
final class RecomputeVsSql implements Callable<Integer> {

    private static final int PARTITIONS = 3;
    private static final String SOURCE = "clicks";

    @Option(
            names = "--events",
            description = "events of the shop; three quarters are clicks (default: ${DEFAULT-VALUE})")
    private long events = 4_000_000;

    @Option(names = "--days", description = "over how many days they spread (default: ${DEFAULT-VALUE})")
    private int days = 4;

    @Option(names = "--runs", description = "runs (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Override
    public Integer call() throws Exception {
        try (Workplace one = new Workplace(1);
                Workplace eight = new Workplace(8)) {
            archive(one.bed);
            // The same master dataset, and not one that was archived in other files.
            TestBed.copy(
                    one.bed.deployment().warehouse().master(SOURCE),
                    eight.bed.deployment().warehouse().master(SOURCE));
            one.compare();
            eight.compare();
        }
        return 0;
    }

    private void archive(TestBed bed) throws Exception {
        bed.startBroker(PARTITIONS);
        new ShopHistory(bed.deployment(), events, days).sendUpTo(events);
        bed.batch("archive");
    }

    /** A deployment with so many views of clicks. */
    private final class Workplace implements AutoCloseable {

        private final Path views = Files.createTempDirectory("tidemark-views-");
        private final List<String> names = new ArrayList<>();
        private final Path statements;
        private final TestBed bed;

        Workplace(int number) throws IOException {
            Path all = Installation.find().home().resolve("benchmarks/recompute");
            this.statements = all;
            try (Stream<Path> files = Files.list(all)) {
                for (Path view : files.filter(file -> file.toString().endsWith(".yaml"))
                        .sorted()
                        .limit(number)
                        .toList()) {
                    Files.copy(view, views.resolve(view.getFileName()));
                    names.add(view.getFileName().toString().replace(".yaml", ""));
                }
            }
            this.bed = new TestBed(Optional.of(views));
        }

        /** Each run begins with nothing published. */
        void compare() throws Exception {
            double[] recompute = new double[runs];
            double[] byHand = new double[runs];
            double[] ratio = new double[runs];
            double[] whole = new double[runs];
            for (int run = 0; run < runs; run++) {
                forget();
                TestBed.Run ours = bed.batch("recompute");
                JsonNode stages = ours.report().get("seconds");
                for (Map.Entry<String, JsonNode> stage : stages.properties()) {
                    // What is compared begins when Spark has started.
                    recompute[run] += stage.getKey().equals("spark")
                            ? 0
                            : stage.getValue().asDouble();
                }
                TestBed.Run theirs = bed.run(byHand());
                byHand[run] = theirs.report().get("seconds").asDouble();
                ratio[run] = recompute[run] / byHand[run];
                whole[run] = ours.seconds() / theirs.seconds();
                System.out.printf(
                        Locale.ROOT,
                        "  run %d: recompute %.1f s %s, its process %.1f s; by hand %.1f s, its process %.1f s%n",
                        run + 1,
                        recompute[run],
                        stages,
                        ours.seconds(),
                        byHand[run],
                        theirs.seconds());
            }
            System.out.printf(
                    "%d views, median (from – to): recompute %s s, by hand %s s, ratio %s; of the processes %s%n",
                    names.size(),
                    Figures.of(recompute),
                    Figures.of(byHand),
                    Figures.ofRatios(ratio),
                    Figures.ofRatios(whole));
        }

        private void forget() throws IOException {
            Path warehouse = bed.deployment().warehouse().root();
            for (String part : List.of("publications", "segments", "views", "definitions", "byhand")) {
                TestBed.delete(warehouse.resolve(part));
            }
        }

        private ProcessBuilder byHand() {
            Path warehouse = bed.deployment().warehouse().root();
            List<String> arguments = new ArrayList<>(List.of(
                    bed.deployment().warehouse().master(SOURCE).toString(),
                    warehouse.resolve("byhand").toString()));
            names.forEach(
                    name -> arguments.add(statements.resolve(name + ".sql").toString()));
            Path classes = bed.installation().home().resolve("benchmarks/target/classes");
            return Layer.BATCH.process(bed.installation(), classes, SqlAggregation.class.getName(), arguments);
        }

        @Override
        public void close() throws Exception {
            bed.close();
            TestBed.delete(views);
        }
    }
}
