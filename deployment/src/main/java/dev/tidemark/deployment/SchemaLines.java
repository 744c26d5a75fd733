package dev.tidemark.deployment;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Where the fields of an Avro schema stand in its file. JSON is YAML, but for some files that are indented by tabs or
 * have comments: of those nothing is known.
 *
 * @param root the file's content, if it could be read
 */
record SchemaLines(Optional<Node> root) {

    private static final Pattern STEP = Pattern.compile("\\[]|\\{}|[^.\\[{]+");

    /** Of a file that cannot be read nothing is known. */
    static SchemaLines of(Path file) {
        try {
            return of(Files.readString(file));
        } catch (IOException e) {
            return new SchemaLines(Optional.empty());
        }
    }

    /** @param json the file's text */
    static SchemaLines of(String json) {
        try {
            Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            return new SchemaLines(Optional.ofNullable(yaml.compose(new StringReader(json))));
        } catch (YAMLException e) {
            return new SchemaLines(Optional.empty());
        }
    }

    /**
     * The line, from 1, of the field at a path such as {@code customer.tags[]}, or of the innermost field around it that
     * stands there: a type may be defined elsewhere and used by its name.
     */
    OptionalInt lineOf(String path) {
        List<String> steps =
                STEP.matcher(path).results().map(MatchResult::group).toList();
        int line = root.map(schema -> line(schema, steps, 0)).orElse(0);
        return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
    }

    private static int line(Node type, List<String> steps, int around) {
        if (steps.isEmpty()) {
            return around;
        }
        if (type instanceof SequenceNode union) {
            return union.getValue().stream()
                    .map(member -> line(member, steps, around))
                    .filter(line -> line != around)
                    .findFirst()
                    .orElse(around);
        }
        List<String> inner = steps.subList(1, steps.size());
        return switch (steps.get(0)) {
            case "[]" ->
                member(type, "items").map(items -> line(items, inner, around)).orElse(around);
            case "{}" ->
                member(type, "values")
                        .map(values -> line(values, inner, around))
                        .orElse(around);
            default ->
                field(type, steps.get(0)).map(field -> lineWithin(field, inner)).orElse(around);
        };
    }

    private static int lineWithin(Node field, List<String> steps) {
        int line = field.getStartMark().getLine() + 1;
        return member(field, "type").map(type -> line(type, steps, line)).orElse(line);
    }

    /** The field of that name in a record. */
    private static Optional<Node> field(Node record, String name) {
        return member(record, "fields").filter(SequenceNode.class::isInstance).flatMap(fields -> ((SequenceNode) fields)
                .getValue().stream()
                        .filter(field -> member(field, "name")
                                .filter(found -> isText(found, name))
                                .isPresent())
                        .findFirst());
    }

    private static Optional<Node> member(Node object, String name) {
        return object instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(member -> isText(member.getKeyNode(), name))
                        .map(NodeTuple::getValueNode)
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isText(Node node, String text) {
        return node instanceof ScalarNode scalar && scalar.getValue().equals(text);
    }
}
