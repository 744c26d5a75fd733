package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** What {@code query} asks; how the serving layer answers is tested with both, in system-tests. */
class QueryTest {

    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();

    @CommandLine.Command
    static final class Asked {
        @Mixin
        private QueryOptions options;
    }

    private static String path(String... arguments) {
        Asked asked = new Asked();
        new CommandLine(asked).parseArgs(arguments);
        return asked.options.path("query");
    }

    private int query(String... arguments) {
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setErr(new PrintWriter(err, true));
        return tidemark.execute(arguments);
    }

    @Test
    void aViewAloneIsAskedForAllThatItHas() {
        assertEquals("/v1/views/revenue/query", path("revenue"));
    }

    @Test
    void everyOptionIsTheParameterOfItsName() {
        assertEquals(
                "/v1/views/revenue/query?from=2026-03-01T00%3A00%3A00Z&to=2026-03-02T00%3A00%3A00Z&window=1h&every=5m"
                        + "&timezone=Asia%2FKolkata&by=region%2Cstatus&measures=orders&order=-orders&limit=3&fill=zero&publication=4"
                        + "&publications=7"
                        + "&at_least=%7B%22orders%22%3A%7B%220%22%3A3%7D%7D&wait=2s&max_lag=5s&finality=final"
                        + "&on_missing=return",
                path(
                        "revenue",
                        "--from=2026-03-01T00:00:00Z",
                        "--to=2026-03-02T00:00:00Z",
                        "--window=1h",
                        "--every=5m",
                        "--timezone=Asia/Kolkata",
                        "--by=region,status",
                        "--measures=orders",
                        "--order=-orders",
                        "--limit=3",
                        "--fill=zero",
                        "--publication=4",
                        "--publications=7",
                        "--at-least={\"orders\":{\"0\":3}}",
                        "--wait=2s",
                        "--max-lag=5s",
                        "--finality=final",
                        "--on-missing=return"));
        assertEquals("/v1/views/revenue/query?last=7d", path("revenue", "--last", "7d"));
    }

    @Test
    void anOrderThatBeginsWithAMinusMayStandApart() {
        assertEquals("/v1/views/revenue/query?order=-revenue", path("revenue", "--order", "-revenue"));
    }

    @Test
    void filtersKeepWhateverTheirValuesHold() {
        assertEquals(
                "/v1/views/revenue/query?filter%5Bregion%5D=EU&filter%5Bregion%5D=a%26b%3Dc%20d%2Ce",
                path("revenue", "--filter", "region=EU", "--filter", "region=a&b=c d,e"));
    }

    @Test
    void aFilterWithoutAValueIsWrongUsage() {
        assertEquals(2, query("query", "revenue", "--url", "http://127.0.0.1:1", "--filter", "region"));
        assertTrue(
                err.toString().startsWith("tidemark: --filter is 'region'; DIMENSION=VALUE is expected"),
                err.toString());
    }

    @Test
    void anAnswerIsFollowedOrItsHistoryTold() {
        assertEquals(2, query("query", "revenue", "--url", "http://127.0.0.1:1", "--follow", "--history"));
        assertTrue(
                err.toString().startsWith("tidemark: --follow and --history cannot be given together"), err.toString());
    }

    @Test
    void aServingLayerThatDoesNotListenIsOneLine() {
        assertEquals(1, query("query", "revenue", "--url", "http://127.0.0.1:1/"));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(
                err.toString().startsWith("tidemark: the serving layer does not answer at http://127.0.0.1:1 ("),
                err.toString());
        assertTrue(err.toString().contains("tidemark up"), err.toString());
    }

    @Test
    void aPortThatIsOnlyKnownOnceItListensIsAskedFor() throws Exception {
        Path folder = directory.resolve("shop");
        new NewDeployment("shop", 0, 0, java.util.Optional.empty()).write(folder);
        assertEquals(1, query("-c", folder.resolve("tidemark.yaml").toString(), "query", "revenue"));
        assertTrue(err.toString().contains("--url"), err.toString());
    }
}
