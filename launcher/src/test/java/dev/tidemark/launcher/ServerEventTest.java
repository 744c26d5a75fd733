package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServerEventTest {

    private final List<ServerEvent> events = new ArrayList<>();

    private boolean read(String stream) {
        return ServerEvent.read(stream.lines().iterator(), events::add);
    }

    @Test
    void anEventIsItsNameAndItsData() {
        assertFalse(read("event: rows\ndata: {\"rows\":\ndata: []}\n\nid: 7\ndata:x\n\n"));
        assertEquals(List.of(new ServerEvent("rows", "{\"rows\":\n[]}"), new ServerEvent("message", "x")), events);
    }

    @Test
    void commentsAndWhatHasNoDataAreNoEvents() {
        read(": still here\n\nevent: heartbeat\n\n\n");
        assertEquals(List.of(), events);
    }

    @Test
    void anEventThatIsCutOffIsNone() {
        read("event: rows\ndata: {\"rows\":");
        assertEquals(List.of(), events);
    }

    @Test
    void whatIsEnoughEndsIt() {
        List<String> taken = new ArrayList<>();
        assertTrue(ServerEvent.read(Stream.of("data: 1", "", "data: 2", "").iterator(), event -> {
            taken.add(event.data());
            return false;
        }));
        assertEquals(List.of("1"), taken);
    }
}
