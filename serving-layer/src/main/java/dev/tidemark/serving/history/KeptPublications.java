package dev.tidemark.serving.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.view.Publication;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The publications that are kept. Thread-safe. */
public final class KeptPublications {

    /** How many segments the publications in memory name together. */
    private static final int MOST_NAMED = 50_000;

    private final PublicationLog log;
    private final Cache<Long, Publication> read = Caffeine.newBuilder()
            .maximumWeight(MOST_NAMED)
            .weigher((Long number, Publication publication) -> 1
                    + publication.segments().values().stream()
                            .mapToInt(Map::size)
                            .sum())
            .executor(Runnable::run)
            .build();

    KeptPublications(PublicationLog log) {
        this.log = log;
    }

    /** Their numbers, ascending. */
    public List<Long> numbers() {
        return log.numbers();
    }

    /** The newest ones, ascending. */
    public List<Long> newest(int most) {
        List<Long> numbers = numbers();
        return numbers.subList(Math.max(0, numbers.size() - most), numbers.size());
    }

    /** The publication of that number, if it is kept, or was a moment ago. */
    public Optional<Publication> find(long number) {
        Publication known = read.getIfPresent(number);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Publication> found = log.read(number);
        found.ifPresent(publication -> read.put(number, publication));
        return found;
    }

    /**
     * The publication of that number.
     *
     * @throws HttpProblem if it is not kept any more, or has not been made yet
     */
    public Publication require(long number) {
        List<Long> kept = numbers();
        if (Collections.binarySearch(kept, number) < 0) {
            throw missing(number, kept);
        }
        return find(number).orElseThrow(() -> missing(number, kept));
    }

    private static HttpProblem missing(long number, List<Long> kept) {
        String accepted = range(kept);
        if (kept.isEmpty() || number > kept.get(kept.size() - 1)) {
            return problem(
                    Kind.UNKNOWN_PUBLICATION,
                    number,
                    accepted,
                    "publication %d has not been made yet; kept are %s".formatted(number, accepted));
        }
        return notKept(
                number, accepted, "publication %d is not kept any more; kept are %s".formatted(number, accepted));
    }

    static HttpProblem notKept(long number, String accepted, String detail) {
        return problem(Kind.NOT_KEPT, number, accepted, detail);
    }

    private static HttpProblem problem(Kind kind, long number, String accepted, String detail) {
        return HttpProblem.of(kind, detail)
                .with("field", "publication")
                .with("found", number)
                .with("accepted", accepted);
    }

    /** From the first to the last of them, as text. */
    static String range(List<Long> numbers) {
        if (numbers.isEmpty()) {
            return "none";
        }
        long first = numbers.get(0);
        long last = numbers.get(numbers.size() - 1);
        return first == last ? Long.toString(first) : first + " to " + last;
    }
}
