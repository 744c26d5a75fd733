package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Coverage;
import dev.tidemark.view.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The schema that a source had while a part of its log was archived. In plain Avro it is the one that the part was
 * written by, as far as anyone can say.
 *
 * @param format the name of the format of the values
 * @param schema the Avro schema, as JSON
 * @param end where the part ends; it begins where the part before it ends
 */
record ArchivedSchema(String format, String schema, Cut end) {

    /** The parts of a log after a part up to {@code end} has been archived for {@code source}. */
    static List<ArchivedSchema> after(List<ArchivedSchema> before, Source source, Cut end) {
        ArchivedSchema now =
                new ArchivedSchema(source.format().name(), source.schema().toString(), end);
        List<ArchivedSchema> all = new ArrayList<>(before);
        if (!all.isEmpty() && all.get(all.size() - 1).isLike(now)) {
            all.remove(all.size() - 1);
        }
        all.add(now);
        return all;
    }

    private boolean isLike(ArchivedSchema other) {
        return format.equals(other.format) && schema.equals(other.schema);
    }

    /** The offsets of the part, where {@code before} is the end of the one before. */
    Coverage since(Cut before) {
        Coverage part = Coverage.NONE;
        for (Map.Entry<String, Map<Integer, Long>> log : end.logs().entrySet()) {
            for (Map.Entry<Integer, Long> partition : log.getValue().entrySet()) {
                long from = before.of(log.getKey(), partition.getKey()).orElse(0);
                if (from < partition.getValue()) {
                    part = part.plus(log.getKey(), partition.getKey(), from, partition.getValue());
                }
            }
        }
        return part;
    }

    Schema parsed() {
        return new Schema.Parser().parse(schema);
    }
}
