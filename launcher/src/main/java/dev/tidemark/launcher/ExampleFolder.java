package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with a copy of an example.
 *
 * @param example the example
 * @param original where its files come from
 * @param directory the folder
 */
record ExampleFolder(Example example, Path original, Path directory) {

    private static final Pattern PORT = Pattern.compile("(?m)^(\\s+port:\\s*)(\\d+)");
    private static final String CONFIG = "tidemark.yaml";
    private static final String DRAFT = CONFIG + ".new";

    /** What a deployment keeps that runs in the example's own folder. */
    private static final Set<String> LEFT_BY_A_RUN = Set.of(".tidemark", "warehouse");

    /**
     * Copies the example's files unless they are there.
     *
     * @param port the port of the HTTP API; empty for the one that the files say
     * @return the deployment's file
     * @throws RefusedException if the folder holds something else, or a demo runs there, whose port is not to change
     */
    Path install(Optional<Integer> port) throws InterruptedException {
        Path config = directory.resolve(CONFIG);
        try {
            if (Files.exists(config)) {
                requireThis(config);
            } else {
                requireNothingElse();
                copy();
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
        if (!found.name().equals(example.name())) {
            throw new RefusedException("%s holds the deployment '%s', not the example '%s': choose another --data"
                    .formatted(config.getParent(), found.name(), example.name()));
        }
        DemoRun.requireNoOther(found);
    }

    /** What an interrupted copy has left may be there. */
    private void requireNothingElse() throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.walk(directory)) {
            Optional<Path> other = files.filter(
                            file -> !file.equals(directory.resolve(DRAFT)) && !isPart(directory.relativize(file)))
                    .findFirst();
            if (other.isPresent()) {
                throw new RefusedException(
                        "%s holds other files (%s), but no %s: choose another --data, or a folder that"
                                        .formatted(directory, directory.relativize(other.get()), CONFIG)
                                + " is empty");
            }
        }
    }

    private boolean isPart(Path file) {
        return Files.exists(original.resolve(file.toString()))
                && !LEFT_BY_A_RUN.contains(file.getName(0).toString());
    }

    /** The deployment's file comes last, so that a copy that was interrupted is not taken for a whole one. */
    private void copy() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(original)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> isPart(original.relativize(file)))
                    .toList();
        }
        for (Path file : files) {
            if (!file.equals(original.resolve(CONFIG))) {
                Path target = directory.resolve(original.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        example.complete(directory);
        write(Files.readString(original.resolve(CONFIG)));
    }

    /** Whole or not at all. */
    private void write(String config) throws IOException {
        Path draft = Files.writeString(directory.resolve(DRAFT), config);
        Files.move(draft, directory.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
    }

    private void setPort(Path config, int port) throws IOException {
        String text = Files.readString(config);
        Matcher found = PORT.matcher(text);
        if (!found.find()) {
            throw new RefusedException(config + " states no serving.port that --port could set: edit it there");
        }
        String changed = found.replaceFirst("$1" + port);
        if (!changed.equals(text)) {
            write(changed);
        }
    }
}
