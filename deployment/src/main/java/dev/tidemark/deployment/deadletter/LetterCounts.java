package dev.tidemark.deployment.deadletter;

import dev.tidemark.deployment.deadletter.LetterReport.OfReason;
import dev.tidemark.deployment.deadletter.LetterReport.Sample;
import dev.tidemark.schema.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Folds the records of a source's topic of dead letters and those of its marks, in any order: each position counts once,
 * by the first record that names it. However many there are, it keeps {@value #SAMPLES} samples of each reason, of a few
 * KiB each, and a few bytes for each position. Accumulates; not thread-safe.
 */
public final class LetterCounts {

    /** How many samples are kept of each reason, the newest. */
    static final int SAMPLES = 100;

    /** How many reasons, and views of one, are told apart: whoever can write to the topic could make them up. */
    private static final int MOST_NAMES = 1_000;

    private static final String OTHERS = "(others)";

    private final Map<String, OneReason> reasons = new TreeMap<>();
    private final Positions marked = new Positions();
    private long foreign;

    /** What has been counted of one reason. */
    private static final class OneReason {
        private final Positions positions = new Positions();
        private final Map<String, Long> views = new TreeMap<>();
        private final PriorityQueue<LetterSample> newest = new PriorityQueue<>(LetterSample.BY_AGE);
        private long letters;
        private long redriven;

        private void add(StoredLetter letter) {
            positions.add(letter.position());
            letters++;
            letter.letter().views().forEach(view -> views.merge(bounded(view, views), 1L, Long::sum));
            if (newest.size() < SAMPLES
                    || newest.peek().timestamp() <= letter.letter().origin().timestamp()) {
                newest.add(LetterSample.of(letter));
                if (newest.size() > SAMPLES) {
                    newest.remove();
                }
            }
        }
    }

    private static String bounded(String name, Map<String, ?> known) {
        return known.containsKey(name) || known.size() < MOST_NAMES ? name : OTHERS;
    }

    /** Takes in a record of the topic of dead letters. */
    public void add(ConsumerRecord<byte[], byte[]> record) {
        StoredLetter.of(record).ifPresentOrElse(this::add, () -> foreign++);
    }

    private void add(StoredLetter letter) {
        if (reasons.values().stream().anyMatch(known -> known.positions.contains(letter.position()))) {
            return;
        }
        OneReason known = reasons.computeIfAbsent(bounded(letter.reason(), reasons), reason -> new OneReason());
        known.add(letter);
        known.redriven += marked.contains(letter.position()) ? 1 : 0;
    }

    /** Takes in a record of the topic of marks. */
    public void mark(ConsumerRecord<byte[], byte[]> record) {
        RedriveMark.original(record).filter(marked::add).ifPresent(this::mark);
    }

    private void mark(Position original) {
        reasons.values().stream()
                .filter(known -> known.positions.contains(original))
                .forEach(known -> known.redriven++);
    }

    /** What has been counted. */
    public LetterReport report(LetterFilter asked) {
        List<OfReason> rows = new ArrayList<>();
        List<LetterSample> samples = new ArrayList<>();
        reasons.forEach((reason, known) -> row(reason, known, asked).ifPresent(row -> {
            rows.add(row);
            samples.addAll(known.newest);
        }));
        return new LetterReport(
                reasons.values().stream().mapToLong(known -> known.letters).sum(),
                reasons.values().stream().mapToLong(known -> known.redriven).sum(),
                foreign,
                rows,
                newest(samples, asked));
    }

    private static Optional<OfReason> row(String reason, OneReason known, LetterFilter asked) {
        Map<String, Long> views = new TreeMap<>(known.views);
        asked.view().ifPresent(view -> views.keySet().retainAll(List.of(view)));
        boolean isAsked =
                asked.reason().map(reason::equals).orElse(true) && (asked.view().isEmpty() || !views.isEmpty());
        return isAsked ? Optional.of(new OfReason(reason, known.letters, known.redriven, views)) : Optional.empty();
    }

    private List<Sample> newest(List<LetterSample> samples, LetterFilter asked) {
        return samples.stream()
                .filter(sample -> asked.view().map(sample.views()::contains).orElse(true))
                .sorted(LetterSample.BY_AGE.reversed())
                .limit(asked.samples())
                .map(sample -> new Sample(sample, marked.contains(sample.position())))
                .toList();
    }
}
