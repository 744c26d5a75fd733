package dev.tidemark.deployment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One mapping of a YAML file, read field by field. What is wrong is recorded with file and line, and reading goes on, so
 * that a user sees every problem at once.
 */
final class YamlSection {

    private final Path file;
    private final String prefix;
    private final int line;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<String, References> references = new HashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();
    private final List<Problem> problems;

    YamlSection(Path file, String prefix, MappingNode node, List<Problem> problems) {
        this.file = file;
        this.prefix = prefix;
        this.line = line(node);
        this.problems = problems;
        for (NodeTuple field : node.getValue()) {
            if (!(field.getKeyNode() instanceof ScalarNode key)) {
                int at = line(field.getKeyNode());
                problems.add(
                        new Problem(file, at, "", "has " + kind(field.getKeyNode()) + " where a name is expected"));
                continue;
            }
            String name = key.getValue();
            if (fields.put(name, field.getValueNode()) != null) {
                problems.add(new Problem(file, line(field.getKeyNode()), prefix + name, "is given twice"));
            }
            lines.put(name, line(field.getKeyNode()));
        }
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    Path file() {
        return file;
    }

    /** The lines of the fields, by their path in the file. */
    Map<String, Integer> lines() {
        Map<String, Integer> paths = new LinkedHashMap<>();
        lines.forEach((name, at) -> paths.put(prefix + name, at));
        return paths;
    }

    /** Whether the field is there and not empty. */
    boolean has(String name) {
        asked.add(name);
        return fields.containsKey(name) && !isEmpty(fields.get(name));
    }

    private static boolean isEmpty(Node node) {
        return node instanceof ScalarNode scalar && scalar.getValue().isBlank();
    }

    /**
     * Records a problem with a field, at its line, or at the section's if the field is not there. Where the message has
     * what a reference in the field stands for, it shows the reference.
     */
    void problem(String name, String message) {
        String shown = references.containsKey(name) ? references.get(name).hideIn(message) : message;
        problems.add(new Problem(file, lines.getOrDefault(name, line), prefix + name, shown));
    }

    /** Records a problem in a file that this one names. */
    void problem(Problem problem) {
        problems.add(problem);
    }

    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        Node node = fields.get(name);
        if (!(node instanceof ScalarNode scalar)) {
            problem(name, "is " + kind(node) + "; one value is expected");
            return Optional.empty();
        }
        return Optional.of(resolved(name, scalar.getValue()));
    }

    private static String kind(Node node) {
        return node instanceof MappingNode ? "a mapping" : "a list";
    }

    private String resolved(String name, String written) {
        if (!references.containsKey(name)) {
            References found = new References(file, written);
            references.put(name, found);
            found.problems().forEach(problem -> problem(name, problem));
        }
        return references.get(name).value();
    }

    /** A mapping of texts. */
    Settings settings() {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> written = new HashMap<>();
        for (String name : names()) {
            text(name).ifPresent(value -> values.put(name, value));
            if (references.containsKey(name) && references.get(name).areThere()) {
                written.put(name, ((ScalarNode) fields.get(name)).getValue());
            }
        }
        return new Settings(values, written);
    }

    Optional<String> requiredText(String name, String example) {
        if (!has(name)) {
            problem(name, "is missing; for example `" + name + ": " + example + "`");
        }
        return text(name);
    }

    /** The field's value as {@code parse} reads it; what that throws as illegal is recorded as a problem. */
    <T> Optional<T> value(String name, Function<String, T> parse) {
        return text(name).flatMap(text -> {
            try {
                return Optional.of(parse.apply(text));
            } catch (IllegalArgumentException | java.time.DateTimeException e) {
                problem(name, e.getMessage());
                return Optional.empty();
            }
        });
    }

    /** The mapping in a field. */
    Optional<YamlSection> section(String name) {
        asked.add(name);
        Node node = fields.get(name);
        if (node instanceof MappingNode mapping) {
            return Optional.of(new YamlSection(file, prefix + name + ".", mapping, problems));
        }
        if (node != null && !isEmpty(node)) {
            problem(name, "is " + (node instanceof ScalarNode ? "one value" : "a list") + "; a mapping is expected");
        }
        return Optional.empty();
    }

    /** The texts of a list; none if the field is not there, or if a problem was recorded. */
    List<String> texts(String name) {
        if (!has(name)) {
            return List.of();
        }
        List<Node> nodes = fields.get(name) instanceof SequenceNode list ? list.getValue() : List.of();
        if (nodes.isEmpty() || !nodes.stream().allMatch(ScalarNode.class::isInstance)) {
            problem(name, "is no list of names; for example [category, margin]");
            return List.of();
        }
        return nodes.stream().map(node -> ((ScalarNode) node).getValue()).toList();
    }

    /** The names of the fields, in order. */
    List<String> names() {
        return new ArrayList<>(fields.keySet());
    }

    /** Refuses a field that a later release will have. */
    void notYet(String name, String accepted) {
        if (has(name)) {
            problem(name, "is not available in this release; " + accepted);
        }
    }

    /** Records every field that nothing has asked for. */
    void refuseUnknown() {
        for (String name : fields.keySet()) {
            if (!asked.contains(name)) {
                problem(name, "is not known here; known are " + asked);
            }
        }
    }
}
