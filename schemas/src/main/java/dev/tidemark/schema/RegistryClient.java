package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * Asks a schema registry. What it does not answer is asked again for a while, and then fails: an event must not be
 * malformed because a registry is away. A schema never changes under its id, so each is asked for once a process.
 */
final class RegistryClient {

    private static final Map<SchemaRegistry, RegistryClient> SHARED = new ConcurrentHashMap<>();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration REQUEST = Duration.ofSeconds(10);

    /** A registry's replicas learn of a new schema a moment after its leader has given it to a producer. */
    private static final Duration NEWS = Duration.ofSeconds(1);

    /** How long an id that the registry does not know is not asked for again: many events may carry it. */
    private static final Duration UNKNOWN = Duration.ofSeconds(10);

    private static final String TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final Set<Integer> LOGIN_REFUSED = Set.of(401, 403);
    private static final Set<Integer> SCHEMA_REFUSED = Set.of(409, 422);

    private final SchemaRegistry registry;
    private final RetryPolicy<Answer> untilKnown;
    private final RetryPolicy<Answer> untilThere;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(REQUEST).build();
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final Map<Integer, Long> unknownSince = new ConcurrentHashMap<>();

    private record Answer(int status, JsonNode body) {
        boolean isUnknown() {
            return status == 404 && body.path("error_code").asInt() == SCHEMA_NOT_FOUND;
        }

        boolean isFinal() {
            return status == 200 || isUnknown() || LOGIN_REFUSED.contains(status) || SCHEMA_REFUSED.contains(status);
        }

        String text() {
            return status + " " + body.path("message").asText("");
        }
    }

    /** The client of a registry that this process shares. */
    static RegistryClient of(SchemaRegistry registry) {
        return SHARED.computeIfAbsent(registry, found -> new RegistryClient(found, PATIENCE));
    }

    /** @param patience for how long a registry that does not answer is asked again */
    RegistryClient(SchemaRegistry registry, Duration patience) {
        this.registry = registry;
        this.untilKnown = RetryPolicy.<Answer>builder()
                .handleResultIf(Answer::isUnknown)
                .withBackoff(100, 400, ChronoUnit.MILLIS)
                .withMaxRetries(-1)
                .withMaxDuration(NEWS)
                .build();
        this.untilThere = RetryPolicy.<Answer>builder()
                .handle(IOException.class)
                .handleResultIf(answer -> !answer.isFinal())
                .withBackoff(100, 5_000, ChronoUnit.MILLIS)
                .withMaxRetries(-1)
                .withMaxDuration(patience)
                .build();
    }

    /**
     * The schema of an id.
     *
     * @throws MalformedEventException if there is none, or it is none of Avro's
     * @throws SchemaRegistryException if the registry does not answer
     */
    Schema schema(int id) throws MalformedEventException {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        Long since = unknownSince.get(id);
        if (since != null && System.nanoTime() - since < UNKNOWN.toNanos()) {
            throw unknown(id);
        }
        Schema found = ask(id);
        schemas.put(id, found);
        return found;
    }

    private Schema ask(int id) throws MalformedEventException {
        Answer answer = send(request("/schemas/ids/" + id).GET());
        if (answer.isUnknown()) {
            unknownSince.put(id, System.nanoTime());
            throw unknown(id);
        }
        String type = required(answer).path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new MalformedEventException(
                    Reason.SCHEMA, "the schema of id " + id + " is of type " + type + "; expected is AVRO");
        }
        try {
            return parse(answer.body());
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro's parser throws the latter for the name of a type that is not there.
            throw new MalformedEventException(
                    Reason.SCHEMA, "the schema of id " + id + " is no Avro schema: " + e.getMessage());
        }
    }

    private MalformedEventException unknown(int id) {
        return new MalformedEventException(Reason.UNREADABLE, "the schema registry knows no schema of id " + id);
    }

    /** A writer's schema need not be a good one to say what was written. */
    private Schema parse(JsonNode answer) {
        Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        parseReferences(answer, parser);
        return parser.parse(answer.path("schema").asText());
    }

    /** Named types that a schema takes from schemas of other subjects. */
    private void parseReferences(JsonNode answer, Schema.Parser parser) {
        for (JsonNode reference : answer.path("references")) {
            if (parser.getTypes().containsKey(reference.path("name").asText())) {
                continue;
            }
            String path = "/subjects/%s/versions/%d"
                    .formatted(
                            encoded(reference.path("subject").asText()),
                            reference.path("version").asInt());
            JsonNode referenced = required(send(request(path).GET()));
            parseReferences(referenced, parser);
            parser.parse(referenced.path("schema").asText());
        }
    }

    /**
     * The id of a schema under a subject; registers it there if it is not.
     *
     * @throws SchemaRegistryException if the registry does not answer, or refuses the schema
     */
    int register(String subject, Schema schema) {
        String body = JSON.createObjectNode().put("schema", schema.toString()).toString();
        Answer answer = send(request("/subjects/" + encoded(subject) + "/versions")
                .header("Content-Type", TYPE)
                .POST(BodyPublishers.ofString(body)));
        if (SCHEMA_REFUSED.contains(answer.status())) {
            throw new SchemaRegistryException("the schema registry %s refuses the schema under subject %s: %s"
                    .formatted(registry, subject, answer.text()));
        }
        return required(answer).path("id").asInt();
    }

    private JsonNode required(Answer answer) {
        if (LOGIN_REFUSED.contains(answer.status())) {
            throw new SchemaRegistryException(
                    "the schema registry %s refuses the login (%s): see schema_registry.basic.auth.user.info"
                            .formatted(registry, answer.text()));
        }
        if (answer.status() != 200) {
            throw unavailable(answer.text());
        }
        return answer.body();
    }

    private SchemaRegistryException unavailable(String why) {
        return new SchemaRegistryException(
                "the schema registry %s does not answer as one (%s): try again when it does".formatted(registry, why));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(registry.url() + path))
                .timeout(REQUEST)
                .header("Accept", TYPE);
        registry.login()
                .map(login -> Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                .ifPresent(login -> request.header("Authorization", "Basic " + login));
        return request;
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Answer send(HttpRequest.Builder request) {
        HttpRequest sent = request.build();
        try {
            return Failsafe.with(untilKnown, untilThere).get(() -> sendOnce(sent));
        } catch (FailsafeException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw unavailable(e.getCause().toString());
        }
    }

    private Answer sendOnce(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), json(response.body()));
    }

    /** Whatever answers in a registry's place need not answer with JSON. */
    private static JsonNode json(String body) {
        try {
            JsonNode parsed = JSON.readTree(body);
            return parsed == null ? JSON.createObjectNode() : parsed;
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }
}
