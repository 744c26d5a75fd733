package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Format;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Json;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCommitTest {

    @TempDir
    Path folder;

    @Test
    void aCommitOfTheFirstReleaseSaysNothingOfSchemasAndIsRead() {
        String first =
                """
                {"format": 1, "run": "r", "source": "orders", "judged_by": "v1-0", "log": "L",
                 "asked_at": "2026-01-01T00:00:00Z", "cut": {"L": {"0": 2}}, "coverage": {}, "added": {},
                 "events_by_day": {}, "malformed_added": 0, "newest_record": {}, "malformed": {}, "archived": {}}""";
        ArchiveCommit commit = Json.read(first, ArchiveCommit.class, "a test");
        assertEquals(List.of(), commit.schemas());
        assertFalse(commit.again());
        assertEquals(commit, Json.read(Json.write(commit), ArchiveCommit.class, "a test"));
    }

    @Test
    void aPartEndsWhereAnotherSchemaBegins() {
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), "orders");
        Shop avro = shop.with(shop.source.in(Format.AVRO));
        List<ArchivedSchema> parts = List.of();
        for (long end : new long[] {2, 5}) {
            parts = ArchivedSchema.after(parts, shop.source, cut(end));
        }
        parts = ArchivedSchema.after(parts, avro.source, cut(9));
        assertEquals(
                List.of(cut(5), cut(9)), parts.stream().map(ArchivedSchema::end).toList());
        String second = parts.get(1).since(parts.get(0).end()).toString();
        assertTrue(second.contains("[5, 9)"), second);
    }

    private static Cut cut(long end) {
        return new Cut(Map.of("L", Map.of(0, end)));
    }
}
