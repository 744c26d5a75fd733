package dev.tidemark.serving.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.problem.HttpProblem;
import org.junit.jupiter.api.Test;

/** Who may change something over HTTP. */
class OriginsTest {

    private static final Origins NONE = Origins.of("");

    private static void refused(Origins origins, String origin, String host) {
        HttpProblem problem = assertThrows(HttpProblem.class, () -> origins.require(origin, host));
        assertTrue(problem.getMessage().contains("a page of " + origin), problem.getMessage());
    }

    @Test
    void ownPagesAndRequestsOfNoPageMay() {
        assertDoesNotThrow(() -> NONE.require(null, "anything.example:8080"));
        assertDoesNotThrow(() -> NONE.require("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assertDoesNotThrow(() -> NONE.require("http://localhost:8080", "localhost:8080"));
        assertDoesNotThrow(() -> NONE.require("http://[::1]:8080", "[::1]:8080"));
        assertDoesNotThrow(
                () -> Origins.of("a.example, Board.example").require("https://board.example", "board.example"));
    }

    @Test
    void pagesOfOthersMayNot() {
        refused(NONE, "http://elsewhere.example", "127.0.0.1:8080");
        refused(NONE, "http://127.0.0.1:9090", "127.0.0.1:8080");
        refused(NONE, "null", "127.0.0.1:8080");
    }

    @Test
    void aNameThatSomebodyLetsLeadHereIsNotOurs() {
        refused(NONE, "http://evil.example:8080", "evil.example:8080");
        refused(Origins.of("board.example"), "http://evil.example:8080", "evil.example:8080");
    }
}
