package dev.tidemark.deployment.deadletter;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a source's dead letters add up to.
 *
 * @param letters how many there are, each position once
 * @param redriven how many of them were sent again
 * @param foreign how many records of the topic are no dead letters that this release knows
 * @param reasons those that were asked for, in order
 * @param samples those that were asked for, the newest first
 */
public record LetterReport(long letters, long redriven, long foreign, List<OfReason> reasons, List<Sample> samples) {

    /**
     * The dead letters of one reason.
     *
     * @param views how many each view does not count, of those that were asked for
     */
    public record OfReason(String reason, long letters, long redriven, Map<String, Long> views) {

        private Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("reason", reason);
            json.put("letters", letters);
            json.put("redriven", redriven);
            json.put("views", views);
            return json;
        }
    }

    /**
     * One dead letter.
     *
     * @param redriven whether it was sent again
     */
    public record Sample(LetterSample letter, boolean redriven) {

        public Instant timestamp() {
            return Instant.ofEpochMilli(letter.timestamp());
        }
    }

    /** As JSON members, to which a caller may add. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("letters", letters);
        json.put("redriven", redriven);
        json.put("foreign", foreign);
        json.put("reasons", reasons.stream().map(OfReason::toJson).toList());
        json.put(
                "samples",
                samples.stream()
                        .map(sample -> sample.letter().toJson(sample.redriven()))
                        .toList());
        return json;
    }
}
