package dev.tidemark.deployment;

import dev.tidemark.view.Cause;
import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The publications: one file each, {@code 00000000000000000041.json}, created once and never changed.
 *
 * @param directory their folder
 */
public record PublicationLog(Path directory) {

    /** The numbers of what has been published, ascending. */
    public List<Long> numbers() {
        return NumberedFiles.in(directory);
    }

    /** The publication of that number, if it is kept. */
    public Optional<Publication> read(long number) {
        Path file = file(number);
        return AtomicFiles.read(file).map(json -> Json.read(json, Publication.class, file.toString()));
    }

    /** Why the publication of that number was made, if it is kept; the rest of its file is not read. */
    public Optional<Cause> cause(long number) {
        Path file = file(number);
        try (InputStream json = Files.newInputStream(file)) {
            return Optional.of(
                    Json.member(json, "cause", Cause.class, file.toString()).orElse(Cause.UNKNOWN));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        return NumberedFiles.file(directory, number);
    }
}
