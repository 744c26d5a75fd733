package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Problem;
import dev.tidemark.schema.SchemaChange;
import dev.tidemark.schema.Source;
import java.util.ArrayList;
import java.util.List;

/** Whether a source as the files now state it can read what has been archived of it. */
final class Evolution {

    private Evolution() {}

    /** What keeps it from doing so, at its place in the files; nothing if all can be read. */
    static List<Problem> problems(Deployment deployment, Source source, ArchiveCommit archived) {
        List<Problem> problems = new ArrayList<>();
        String format = source.format().name();
        for (ArchivedSchema earlier : archived.schemas()) {
            if (!earlier.format().equals(format)) {
                problems.add(deployment.locations().inSource(source.name(), "format", otherFormat(earlier, format)));
                continue;
            }
            for (SchemaChange change : SchemaChange.between(earlier.parsed(), source.schema(), source.format())) {
                problems.add(deployment.locations().inSchema(source.name(), change));
            }
        }
        return problems.stream().distinct().toList();
    }

    private static String otherFormat(ArchivedSchema earlier, String format) {
        return ("is now %s, but events were archived as %s (avro with a schema registry is confluent-avro); accepted is"
                        + " the same format: send other values to another topic, as another source")
                .formatted(format, earlier.format());
    }
}
