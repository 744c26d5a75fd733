package dev.tidemark.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tidemark.deployment.Metrics;
import dev.tidemark.serving.live.LiveQueries;
import dev.tidemark.serving.live.LiveSettings;
import dev.tidemark.serving.live.Subscription;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.HistoryRequest;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.serving.query.UrlQuery;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP API. */
public final class HttpApi implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A filter's decimal is meant to the last digit.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();

    private static final Duration WATCHED_EVERY = Duration.ofSeconds(10);

    /** Attributes of a request: when it began, and the view that it queries. */
    private static final String BEGUN = "begun";

    private static final String QUERIED = "queried";

    private final ServedDeployment served;
    private final Origins origins;
    private final Pages pages;
    private final AlertPages alertPages;
    private final PublicationPages publications;
    private final ReplayPages replays;
    private final ServingMetrics metrics;
    private final ConservationWatch watch;
    private final LiveQueries live;
    private final Javalin server;

    private HttpApi(ServedDeployment served, LiveSettings settings) {
        this.served = served;
        this.origins = Origins.ofEnvironment();
        this.alertPages = new AlertPages(served.alerts());
        this.publications = new PublicationPages(served.past());
        this.replays = new ReplayPages(served.warehouse(), served.command());
        this.pages = new Pages(served, alertPages);
        this.live = LiveQueries.start(served.liveSources(), served.zone(), settings);
        this.metrics = new ServingMetrics(served, live);
        this.watch = new ConservationWatch(served);
        this.server = Javalin.create(this::configure);
    }

    /**
     * Begins to answer.
     *
     * @param port 0 for any free one
     * @param settings for those who listen to live queries
     * @throws io.javalin.util.JavalinBindException if the port is taken
     */
    public static HttpApi start(ServedDeployment served, String host, int port, LiveSettings settings) {
        HttpApi api = new HttpApi(served, settings);
        try {
            api.server.start(host, port);
            api.watch.start(WATCHED_EVERY);
            return api;
        } catch (RuntimeException e) {
            api.live.close();
            api.watch.close();
            throw e;
        }
    }

    public int port() {
        return server.port();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        FirstPage.addTo(config);
        page(config, "/v1/views", context -> pages.views());
        page(config, "/v1/views/{view}", context -> pages.view(context.pathParam("view")));
        page(config, "/v1/publications", context -> publications.publications(context.queryString()));
        page(config, "/v1/publications/{n}", context -> publications.publication(context.pathParam("n")));
        config.routes.get("/v1/views/{view}/history", this::history);
        page(config, "/v1/replays", context -> replays.replays());
        page(config, "/v1/replays/{id}", context -> replays.replay(context.pathParam("id")));
        page(config, "/v1/drift", context -> replays.drift());
        change(config, "/v1/replays/{id}/approve", context -> replays.decide(context.pathParam("id"), "approve"));
        change(config, "/v1/replays/{id}/reject", context -> replays.decide(context.pathParam("id"), "reject"));
        change(config, "/v1/publications/rollback", context -> replays.rollback());
        page(config, "/v1/conservation", context -> pages.conservation());
        page(config, "/v1/status", context -> pages.status());
        page(config, "/v1/dead-letters", context -> pages.deadLetters(context.queryString()));
        page(config, "/v1/alerts", context -> alertPages.alerts(context.queryString()));
        page(config, "/healthz", context -> Map.of("status", "alive"));
        page(config, "/readyz", this::ready);
        config.routes.get("/metrics", context -> context.header("Cache-Control", "no-store")
                .contentType(Metrics.CONTENT_TYPE)
                .result(metrics.scrape()));
        config.routes.before(context -> context.attribute(BEGUN, System.nanoTime()));
        config.routes.after(this::measure);
        config.routes.get("/v1/views/{view}/query", context -> {
            context.attribute(QUERIED, context.pathParam("view"));
            answer(context, asked(context, view -> UrlQuery.parse(view, context.queryString())));
        });
        config.routes.get("/v1/views/{view}/live", this::listen);
        config.routes.post("/v1/query", context -> answer(context, QueryRequest.parse(body(context))));
        config.routes.exception(HttpProblem.class, (problem, context) -> write(context, problem));
        config.routes.exception(HttpResponseException.class, (refused, context) -> write(context, problem(refused)));
        config.routes.exception(Exception.class, this::fail);
        config.routes.error(404, context -> {
            if (!isProblem(context)) {
                write(context, HttpProblem.of(Kind.NOT_FOUND, "there is no " + context.path() + "; see /v1/views"));
            }
        });
    }

    /** Every query, refused ones too. */
    private void measure(Context context) {
        String view = context.attribute(QUERIED);
        if (view != null) {
            long begun = context.<Long>attribute(BEGUN);
            metrics.queried(view, context.statusCode(), Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    /** Something that a request changes. */
    private interface Change {
        Object make(Context context) throws InterruptedException;
    }

    private void change(JavalinConfig config, String path, Change change) {
        config.routes.post(path, context -> {
            origins.require(context.header("Origin"), context.header("Host"));
            context.contentType("application/json").result(JSON.writeValueAsBytes(change.make(context)));
        });
    }

    private void page(JavalinConfig config, String path, Function<Context, Object> content) {
        config.routes.get(path, context -> write(context, JSON.writeValueAsBytes(content.apply(context))));
    }

    /** What is asked of the view in the path; unknown ones are 404 before any other problem of the query. */
    private <T> T asked(Context context, Function<String, T> parse) {
        String view = context.pathParam("view");
        try {
            return parse.apply(view);
        } catch (HttpProblem wrong) {
            served.requireView(view);
            throw wrong;
        }
    }

    private void answer(Context context, QueryRequest request) throws InterruptedException {
        context.attribute(QUERIED, request.view());
        write(context, AnswerJson.write(served.answer(request), request.decimalsAsNumbers()));
    }

    private void history(Context context) throws InterruptedException, JsonProcessingException {
        HistoryRequest request = asked(context, view -> HistoryRequest.parse(view, context.queryString()));
        HistoryPage page = new HistoryPage(request.query().decimalsAsNumbers());
        write(context, JSON.writeValueAsBytes(page.of(served.history(request))));
    }

    private static void write(Context context, byte[] json) {
        context.header("Cache-Control", "no-store")
                .contentType("application/json")
                .result(json);
    }

    private void listen(Context context) throws InterruptedException {
        QueryRequest request = asked(context, view -> UrlQuery.parse(view, context.queryString()));
        Subscription subscription = live.open(request, served.liveSourceOf(request.view()));
        context.future(() -> EventStream.begin(context, subscription));
    }

    private Object ready(Context context) {
        Optional<String> reason = served.notReady();
        if (reason.isPresent()) {
            throw HttpProblem.of(Kind.NOT_READY, reason.get());
        }
        return Map.of("status", "ready");
    }

    private static JsonNode body(Context context) {
        try {
            return JSON.readTree(context.bodyAsBytes());
        } catch (JsonProcessingException e) {
            throw HttpProblem.field(
                    "body", "no JSON", "a JSON object", "the body is no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpProblem problem(HttpResponseException refused) {
        return switch (refused.getStatus()) {
            case 405 ->
                HttpProblem.of(Kind.METHOD_NOT_ALLOWED, "this method is not allowed here")
                        .with("accepted", refused.getDetails().getOrDefault("availableMethods", "GET"));
            case 404 -> HttpProblem.of(Kind.NOT_FOUND, "there is nothing at this address; see /v1/views");
            default -> HttpProblem.of(Kind.BAD_QUERY, refused.getMessage());
        };
    }

    private void fail(Exception failure, Context context) {
        LOG.error("cannot answer {} {}", context.method(), context.fullUrl(), failure);
        write(context, HttpProblem.of(Kind.INTERNAL, "the answer failed: " + failure + "; the log has the details"));
    }

    private static boolean isProblem(Context context) {
        String type = context.res().getContentType();
        return type != null && type.startsWith("application/problem+json");
    }

    private static void write(Context context, HttpProblem problem) {
        if (problem.isTemporary()) {
            context.header("Retry-After", "1");
        }
        try {
            context.status(problem.status())
                    .header("Cache-Control", "no-store")
                    .contentType("application/problem+json")
                    .result(JSON.writeValueAsBytes(problem.toJson()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is always JSON", e);
        }
    }

    @Override
    public void close() {
        live.close();
        watch.close();
        server.stop();
        metrics.close();
    }
}
