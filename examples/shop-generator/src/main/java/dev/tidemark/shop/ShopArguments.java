package dev.tidemark.shop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A shop's options as a command line has them. */
public final class ShopArguments {

    @Option(names = "--seed", paramLabel = "N", description = "Chooses the shop; default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(names = "--start", paramLabel = "TIME", description = "When it opens; default: ${DEFAULT-VALUE}.")
    private Instant start = Instant.parse("2026-01-01T00:00:00Z");

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Events a second of all sources together, on the average of a day; default: ${DEFAULT-VALUE}.")
    private double rate = 200;

    @Option(names = "--products", paramLabel = "N", description = "Products; default: ${DEFAULT-VALUE}.")
    private int products = 5_000;

    @Option(names = "--customers", paramLabel = "N", description = "Customers; default: ${DEFAULT-VALUE}.")
    private int customers = 200_000;

    @Option(
            names = "--late",
            paramLabel = "SHARE",
            description = "Share of visits that are reported hours later; default: ${DEFAULT-VALUE}.")
    private double lateShare = 0.01;

    @Option(
            names = "--malformed",
            paramLabel = "SHARE",
            description = "Share of events that are damaged; default: ${DEFAULT-VALUE}.")
    private double malformedShare = 0.001;

    @Option(
            names = "--repeated",
            paramLabel = "SHARE",
            description = "Share of payments that are reported twice; default: ${DEFAULT-VALUE}.")
    private double repeatedShare = 0.01;

    @Option(
            names = "--fraud",
            paramLabel = "SHARE",
            description = "Cards that are stolen, as a share of the visits; default: ${DEFAULT-VALUE}.")
    private double fraudShare = 0.001;

    /**
     * Reads options from a file, one a line; {@code #} begins a comment, and what lacks has its default.
     *
     * @throws IllegalArgumentException if the file cannot be read, or does not hold options of a shop
     */
    public static ShopOptions read(Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + ": there is no such file, or it cannot be read");
        }
        ShopArguments arguments = new ShopArguments();
        try {
            new CommandLine(arguments).parseArgs("@" + file);
            return arguments.options();
        } catch (ParameterException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if one is out of its range */
    public ShopOptions options() {
        return new ShopOptions(
                seed, start, rate, products, customers, lateShare, malformedShare, repeatedShare, fraudShare);
    }
}
