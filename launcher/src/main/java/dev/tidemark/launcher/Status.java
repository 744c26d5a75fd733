package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark status}. */
@Command(
        name = "status",
        description = {
            "How far each source is counted, what became of its events, and which alerts were sent.",
            "cut: batch has counted every event below it; through: everything below it is counted; both exclusive."
        },
        mixinStandardHelpOptions = true)
final class Status implements Callable<Integer> {

    /** How it is printed. */
    enum Format {
        text,
        json
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Mixin
    private ServingOption serving;

    @Option(names = "--output", paramLabel = "text|json", description = "How to print it; default: text.")
    private Format output = Format.text;

    @Override
    public Integer call() throws InterruptedException, JsonProcessingException {
        JsonNode status = JSON.readTree(serving.address(tidemark).get("/v1/status"));
        PrintWriter out = spec.commandLine().getOut();
        if (output == Format.json) {
            out.println(status);
        } else {
            text(status).forEach(out::println);
        }
        return 0;
    }

    /** The status for people. */
    static List<String> text(JsonNode status) {
        List<String> lines = new ArrayList<>();
        String reason = status.path("reason").asText("");
        lines.add(status.path("deployment").asText() + ": "
                + (status.path("ready").asBoolean() ? "ready" : "not ready: " + reason));
        for (JsonNode source : status.path("sources")) {
            lines.add("");
            lines.add("source %s, topic %s, publication %s"
                    .formatted(
                            source.path("source").asText(),
                            source.path("topic").asText(),
                            source.path("publication").asText("-")));
            if (source.hasNonNull("problem")) {
                lines.add("  problem: " + source.path("problem").asText());
            }
            lines.addAll(indented(partitions(source)));
            lines.add("");
            lines.addAll(indented(conservation(source)));
        }
        if (!status.path("alerts").isEmpty()) {
            lines.add("");
            lines.add("alerts");
            lines.addAll(indented(alerts(status.path("alerts"))));
        }
        return lines;
    }

    private static Table partitions(JsonNode source) {
        Table table = numbers(List.of("partition", "cut", "through", "end", "lag", "missing"), 0);
        for (JsonNode partition : source.path("partitions")) {
            table.row(
                    text(partition, "partition"),
                    text(partition, "cut"),
                    text(partition, "through"),
                    text(partition, "end"),
                    text(partition, "lag"),
                    Long.toString(offsets(partition.path("missing"))));
        }
        return table;
    }

    private static long offsets(JsonNode ranges) {
        return StreamSupport.stream(ranges.spliterator(), false)
                .mapToLong(range -> range.get(1).asLong() - range.get(0).asLong())
                .sum();
    }

    /** A row for each view; what adds up to `consumed` in each. */
    private static Table conservation(JsonNode source) {
        List<String> buckets = new ArrayList<>();
        source.path("views")
                .elements()
                .forEachRemaining(partitions ->
                        partitions.forEach(partition -> partition.fieldNames().forEachRemaining(name -> {
                            if (!name.equals("partition") && !name.equals("import") && !buckets.contains(name)) {
                                buckets.add(name);
                            }
                        })));
        Table table = numbers(Stream.concat(Stream.of("view"), buckets.stream()).toList(), 1);
        source.path("views").properties().forEach(view -> {
            List<String> row = new ArrayList<>(List.of(view.getKey()));
            buckets.forEach(bucket ->
                    row.add(Long.toString(StreamSupport.stream(view.getValue().spliterator(), false)
                            .mapToLong(partition -> partition.path(bucket).asLong())
                            .sum())));
            table.row(row);
        });
        return table;
    }

    /** A row for each view that sends any; of those without a webhook nothing is said of delivery. */
    private static Table alerts(JsonNode views) {
        Table table = numbers(List.of("view", "topic", "standing", "sent", "undelivered", "delivered", "given up"), 2);
        for (JsonNode view : views) {
            table.row(
                    text(view, "view"),
                    text(view, "topic"),
                    text(view, "standing"),
                    Long.toString(StreamSupport.stream(view.path("sent").spliterator(), false)
                            .mapToLong(JsonNode::asLong)
                            .sum()),
                    text(view.path("webhook"), "undelivered"),
                    text(view.path("webhook"), "delivered"),
                    text(view.path("webhook"), "given_up"));
        }
        return table;
    }

    private static Table numbers(List<String> header, int texts) {
        List<Boolean> right = new ArrayList<>();
        for (int column = 0; column < header.size(); column++) {
            right.add(column >= texts);
        }
        return Table.of(header, right);
    }

    private static String text(JsonNode object, String field) {
        return object.path(field).asText("-");
    }

    private static List<String> indented(Table table) {
        return table.lines().stream().map(line -> "  " + line).toList();
    }
}
