package dev.tidemark.deployment;

import dev.tidemark.view.Json;
import dev.tidemark.view.Replay;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The replays: one file each, {@code 00000000000000000007.json}, created once and never changed; and beside it a file that
 * says so, if it was rejected.
 *
 * @param directory their folder
 */
public record ReplayLog(Path directory) {

    /** What the file beside a replay says. */
    public record Rejection(Instant rejectedAt) {}

    /** The numbers of the replays, ascending. */
    public List<Long> numbers() {
        return NumberedFiles.in(directory);
    }

    /** The replay of that number, if there is one. */
    public Optional<Replay> read(long number) {
        Path file = NumberedFiles.file(directory, number);
        return AtomicFiles.read(file).map(json -> Json.read(json, Replay.class, file.toString()));
    }

    /**
     * Creates it, unless there is one of that number.
     *
     * @return whether this call created it
     */
    public boolean create(Replay replay) {
        return AtomicFiles.createIfAbsent(NumberedFiles.file(directory, replay.number()), Json.write(replay));
    }

    /** Says that it was rejected; nothing, if that was said before. */
    public void reject(long number, Instant now) {
        AtomicFiles.createIfAbsent(rejection(number), Json.write(new Rejection(now)));
    }

    /** When it was rejected, if it was. */
    public Optional<Instant> rejected(long number) {
        Path file = rejection(number);
        return AtomicFiles.read(file)
                .map(json -> Json.read(json, Rejection.class, file.toString()).rejectedAt());
    }

    private Path rejection(long number) {
        return directory.resolve("%020d.rejected.json".formatted(number));
    }
}
