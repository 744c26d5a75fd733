package dev.tidemark.deployment;

import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The publications: one file each, {@code 00000000000000000041.json}, created once and never changed.
 *
 * @param directory their folder
 */
public record PublicationLog(Path directory) {

    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.json");

    /** The numbers of what has been published, ascending. */
    public List<Long> numbers() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.parseLong(name.group(1)))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The publication of that number, if it is kept. */
    public Optional<Publication> read(long number) {
        Path file = file(number);
        return AtomicFiles.read(file).map(json -> Json.read(json, Publication.class, file.toString()));
    }

    /** The newest publication, {@link Publication#NONE} before the first. */
    public Publication latest() {
        List<Long> numbers = numbers();
        return numbers.isEmpty()
                ? Publication.NONE
                : read(numbers.get(numbers.size() - 1)).orElseThrow();
    }

    /**
     * Publishes, unless another has published that number.
     *
     * @return whether this call published
     */
    public boolean create(Publication publication) {
        return AtomicFiles.createIfAbsent(file(publication.number()), Json.write(publication));
    }

    private Path file(long number) {
        return directory.resolve("%020d.json".formatted(number));
    }
}
