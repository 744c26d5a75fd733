package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A deployment that comes with its data.
 *
 * @param name its name, and that of its one source
 * @param lines its events in the order of their time, below its folder
 * @param liveFrom the event time from which on they are played as live traffic
 * @param query what to ask first, as path and parameters
 */
record Example(String name, String lines, Instant liveFrom, String query) {

    /** Two weeks of flights: the first is history, the second is played. */
    static final Example FLIGHTS = new Example(
            "flights",
            "data/flights-2001-01.ndjson.gz",
            Instant.parse("2001-01-08T00:00:00Z"),
            "/v1/views/delays_by_origin/query?from=2001-01-01T00:00:00Z&to=2001-01-15T00:00:00Z"
                    + "&by=origin&measures=flights,average_delay&order=-flights&limit=5");

    private static final Pattern PORT = Pattern.compile("(?m)^(\\s+port:\\s*)(\\d+)");
    private static final String CONFIG = "tidemark.yaml";
    private static final String DRAFT = CONFIG + ".new";

    /** What a deployment keeps that runs in the example's own folder. */
    private static final Set<String> LEFT_BY_A_RUN = Set.of(".tidemark", "warehouse");

    /** The example of that name. */
    static Optional<Example> of(String name) {
        return Stream.of(FLIGHTS).filter(example -> example.name.equals(name)).findFirst();
    }

    /**
     * Copies the example's files to {@code directory} unless they are there.
     *
     * @param port the port of the HTTP API; empty for the one that the files say
     * @return the deployment's file
     * @throws RefusedException if the folder holds something else, or a demo runs there, whose port is not to change
     */
    Path install(Path original, Path directory, Optional<Integer> port) throws InterruptedException {
        Path config = directory.resolve(CONFIG);
        try {
            if (Files.exists(config)) {
                requireThis(config);
            } else {
                requireNothingElse(directory, original);
                copy(original, directory);
            }
            if (port.isPresent()) {
                setPort(config, port.get());
            }
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireThis(Path config) throws InterruptedException {
        Deployment found = DeploymentLoader.load(config);
        if (!found.name().equals(name)) {
            throw new RefusedException("%s holds the deployment '%s', not the example '%s': choose another --data"
                    .formatted(config.getParent(), found.name(), name));
        }
        DemoRun.requireNoOther(found);
    }

    /** What an interrupted copy has left may be there. */
    private static void requireNothingElse(Path directory, Path original) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.walk(directory)) {
            Optional<Path> other = files.filter(file ->
                            !file.equals(directory.resolve(DRAFT)) && !isPart(original, directory.relativize(file)))
                    .findFirst();
            if (other.isPresent()) {
                throw new RefusedException(
                        "%s holds other files (%s), but no %s: choose another --data, or a folder that"
                                        .formatted(directory, directory.relativize(other.get()), CONFIG)
                                + " is empty");
            }
        }
    }

    private static boolean isPart(Path original, Path file) {
        return Files.exists(original.resolve(file.toString()))
                && !LEFT_BY_A_RUN.contains(file.getName(0).toString());
    }

    /** The deployment's file comes last, so that a copy that was interrupted is not taken for a whole one. */
    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> isPart(from, from.relativize(file)))
                    .toList();
        }
        for (Path file : files) {
            if (!file.equals(from.resolve(CONFIG))) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        write(to, Files.readString(from.resolve(CONFIG)));
    }

    /** Whole or not at all. */
    private static void write(Path directory, String config) throws IOException {
        Path draft = Files.writeString(directory.resolve(DRAFT), config);
        Files.move(draft, directory.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void setPort(Path config, int port) throws IOException {
        String text = Files.readString(config);
        Matcher found = PORT.matcher(text);
        if (!found.find()) {
            throw new RefusedException(config + " states no serving.port that --port could set: edit it there");
        }
        String changed = found.replaceFirst("$1" + port);
        if (!changed.equals(text)) {
            write(config.getParent(), changed);
        }
    }
}
