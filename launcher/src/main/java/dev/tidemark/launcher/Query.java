package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.deployment.UnavailableException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark query}: the HTTP API's grammar from a terminal; what is wrong with a query the server says. */
@Command(
        name = "query",
        description = "Ask a view, and print the answer.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class Query implements Callable<Integer> {

    private static final ObjectMapper JSON = JsonMapper.builder()
            // Numbers are printed as they came.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Duration BEFORE_ASKING_AGAIN = Duration.ofSeconds(1);
    private static final String CLEAR_SCREEN = "\033[H\033[2J";

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Tidemark tidemark;

    @Mixin
    private QueryOptions query;

    @Mixin
    private ServingOption serving;

    @Option(
            names = "--output",
            paramLabel = "table|csv|json",
            description = "How to print it; default: table. JSON is the HTTP API's own, on one line.")
    private AnswerFormat output = AnswerFormat.table;

    @Option(names = "--follow", description = "Print the answer again whenever it changes, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--updates", paramLabel = "N", description = "With --follow: stop after N answers.")
    private long updates = Long.MAX_VALUE;

    @Option(
            names = "--history",
            description = "How the answer changed from publication to publication, and why, in place of the answer.")
    private boolean history;

    @Override
    public Integer call() throws InterruptedException {
        if (follow && history) {
            throw new ParameterException(spec.commandLine(), "--follow and --history cannot be given together");
        }
        ServingAddress address = serving.address(tidemark);
        if (follow) {
            follow(address);
        } else if (history) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(output.history(parsed(address.get(query.path("history")))));
            out.flush();
        } else {
            print(parsed(address.get(query.path("query"))));
        }
        return 0;
    }

    /** A stream that breaks off, since the serving layer is started again, say, is asked for anew. */
    private void follow(ServingAddress address) throws InterruptedException {
        Countdown left = new Countdown(updates);
        boolean enough = address.follow(query.path("live"), event -> printed(event, left));
        while (!enough) {
            spec.commandLine().getErr().println("tidemark: the stream has ended; asking again");
            Thread.sleep(BEFORE_ASKING_AGAIN.toMillis());
            try {
                enough = address.follow(query.path("live"), event -> printed(event, left));
            } catch (UnavailableException e) {
                spec.commandLine().getErr().println("tidemark: " + e.getMessage());
            }
        }
    }

    /** How many answers are still wanted. Accumulates. */
    private static final class Countdown {
        private long left;

        Countdown(long left) {
            this.left = left;
        }

        boolean another() {
            left--;
            return left > 0;
        }
    }

    /** Prints an event; whether more are wanted. Other events than answers and problems are for later releases. */
    private boolean printed(ServerEvent event, Countdown left) {
        switch (event.name()) {
            case "rows" -> {
                if (System.console() != null && output == AnswerFormat.table) {
                    spec.commandLine().getOut().print(CLEAR_SCREEN);
                }
                print(parsed(event.data()));
                return left.another();
            }
            case "problem" ->
                spec.commandLine()
                        .getErr()
                        .println("tidemark: "
                                + parsed(event.data()).path("detail").asText(event.data()));
            default -> {}
        }
        return true;
    }

    private void print(JsonNode answer) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(output.write(answer));
        out.flush();
        if (output == AnswerFormat.csv) {
            spec.commandLine().getErr().println(AnswerFormat.summary(answer));
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UnavailableException("the answer is no JSON (%s): does a Tidemark serving layer listen there?"
                    .formatted(e.getOriginalMessage()));
        }
    }
}
