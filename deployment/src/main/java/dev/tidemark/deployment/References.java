package dev.tidemark.deployment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * The references in one value of a file, as Kafka's configuration has them: {@code ${env:NAME}}, and
 * {@code ${file:PATH:KEY}} for a key of a properties file. What they stand for may be a secret: a message shows the
 * reference in its place.
 */
final class References {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}?");
    private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{env:([^}]+)}");
    private static final Pattern FILE = Pattern.compile("\\$\\{file:([^}]+):([^}:]+)}");

    private final Path file;
    private final String written;
    private final Map<String, String> found = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param file the file that the value stands in; paths are relative to it
     * @param written the value as it stands there
     */
    References(Path file, String written) {
        this.file = file;
        this.written = written;
        REFERENCE.matcher(written).results().forEach(match -> resolve(match.group()));
    }

    private void resolve(String reference) {
        Matcher environment = ENVIRONMENT.matcher(reference);
        Matcher property = FILE.matcher(reference);
        if (environment.matches()) {
            keep(reference, environment(environment.group(1)));
        } else if (property.matches()) {
            keep(reference, property(file.resolveSibling(property.group(1)), property.group(2)));
        } else {
            problems.add("'" + reference + "' is no reference; accepted are ${env:NAME} and ${file:PATH:KEY}");
        }
    }

    private void keep(String reference, Optional<String> value) {
        found.put(reference, value.orElse(""));
    }

    private Optional<String> environment(String name) {
        Optional<String> value = Optional.ofNullable(System.getenv(name));
        if (value.isEmpty()) {
            problems.add("the environment variable " + name + " is not set");
        }
        return value;
    }

    private Optional<String> property(Path properties, String key) {
        try (FileConfigProvider provider = new FileConfigProvider()) {
            provider.configure(Map.of());
            Optional<String> value = Optional.ofNullable(
                    provider.get(properties.toString(), Set.of(key)).data().get(key));
            if (value.isEmpty()) {
                problems.add("the file " + properties + " has no key " + key);
            }
            return value;
        } catch (ConfigException e) {
            problems.add("the file " + properties + " cannot be read; a properties file with the key " + key
                    + " is expected");
            return Optional.empty();
        }
    }

    /** Whether there are any. */
    boolean areThere() {
        return !found.isEmpty();
    }

    /** What is wrong with them. */
    List<String> problems() {
        return problems;
    }

    /** The value with what they stand for. */
    String value() {
        return REFERENCE
                .matcher(written)
                .replaceAll(match -> Matcher.quoteReplacement(found.getOrDefault(match.group(), match.group())));
    }

    /** A message without what they stand for. */
    String hideIn(String message) {
        String hidden = replace(message, value(), written);
        for (Map.Entry<String, String> reference : found.entrySet()) {
            hidden = replace(hidden, reference.getValue(), reference.getKey());
        }
        return hidden;
    }

    private static String replace(String message, String secret, String shown) {
        return secret.isBlank() ? message : message.replace(secret, shown);
    }
}
