package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.ImportLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CutTest {

    private static final String TOPIC = "import-Mw3RkqTrmX1pAbQ";
    private static final String IMPORT = ImportLog.of("0123456789abcdef");

    @Test
    void whatWasImportedIsToldFromTopicsByTheLogsId() {
        assertTrue(ImportLog.is(IMPORT));
        assertEquals(22, TOPIC.length());
        assertFalse(ImportLog.is(TOPIC), "Kafka may give a topic any id of 22 characters");
        assertThrows(IllegalArgumentException.class, () -> ImportLog.of("0123456789ABCDEF"));
        Cut cut = new Cut(Map.of(TOPIC, Map.of(0, 5L), IMPORT, Map.of(0, 3L, 2, 4L)));
        assertEquals(new Cut(Map.of(TOPIC, Map.of(0, 5L))), cut.ofTopics());
        assertEquals(List.of(new CountedImport(IMPORT, 2, 7)), cut.imports());
        assertEquals(List.of(IMPORT), cut.importsBeyond(cut.ofTopics()));
        assertEquals(List.of(), cut.ofTopics().importsBeyond(cut));
    }
}
