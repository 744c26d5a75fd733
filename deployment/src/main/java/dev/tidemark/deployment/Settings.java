package dev.tidemark.deployment;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings of Kafka's clients or of Spark, by name. Text that is made of them shows no secret: neither what a reference
 * such as {@code ${env:NAME}} stands for, nor the value of a setting whose name sounds like one.
 */
public final class Settings extends AbstractMap<String, String> {

    /** What stands in a secret's place. */
    static final String HIDDEN = "[hidden]";

    private static final Pattern SECRET =
            Pattern.compile("(?i)passw|passphrase|secret|jaas|token|credential|user\\.info|access\\.?key|private");

    private final Map<String, String> values;
    private final Map<String, String> written;

    /**
     * @param values the settings
     * @param written those with references, as they stand in the file
     */
    Settings(Map<String, String> values, Map<String, String> written) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        this.written = Map.copyOf(written);
    }

    /** Settings that do not come from a file. */
    static Settings of(Map<String, String> values) {
        return values instanceof Settings settings ? settings : new Settings(values, Map.of());
    }

    /** A setting for a person to read; {@code null} if it is not there. */
    public String shown(String name) {
        if (written.containsKey(name)) {
            return written.get(name);
        }
        return values.containsKey(name) && SECRET.matcher(name).find() ? HIDDEN : values.get(name);
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return values.entrySet();
    }

    @Override
    public String toString() {
        return values.keySet().stream()
                .map(name -> name + "=" + shown(name))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
