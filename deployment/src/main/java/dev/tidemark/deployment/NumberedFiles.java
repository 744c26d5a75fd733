package dev.tidemark.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files that are named by a number, {@code 00000000000000000041.json}. */
final class NumberedFiles {

    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.json");

    private NumberedFiles() {}

    /** The numbers of those in a folder, ascending; none if there is no such folder. */
    static List<Long> in(Path directory) {
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

    /** The file of a number. */
    static Path file(Path directory, long number) {
        return directory.resolve("%020d.json".formatted(number));
    }
}
