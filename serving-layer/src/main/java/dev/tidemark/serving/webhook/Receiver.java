package dev.tidemark.serving.webhook;

import dev.tidemark.deployment.Webhook;
import dev.tidemark.serving.alert.Alert;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The other end of a webhook. */
final class Receiver {

    private static final String HASH = "HmacSHA256";

    /** What says of one alert that it is not wanted, and nothing of the next one. */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 415, 422);

    private final String deployment;
    private final Webhook webhook;
    private final Duration timeout;
    private final HttpClient http;

    /** @param deployment the name of the deployment whose alerts it gets */
    Receiver(String deployment, Webhook webhook, Duration timeout) {
        this.deployment = deployment;
        this.webhook = webhook;
        this.timeout = timeout;
        // Redirects are not followed: what is signed for one address is not meant for another.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * What a receiver says to an alert.
     *
     * @param status the HTTP status
     * @param retryAfter how long it wants to be left alone, if it says so
     */
    record Reply(int status, Optional<Duration> retryAfter) {

        boolean isDelivered() {
            return status >= 200 && status < 300;
        }

        /** Whether it takes others, but not this one. */
        boolean isRefusal() {
            return REFUSALS.contains(status);
        }

        /** Whether to try again: the trouble is the receiver's, and not the alert's. */
        boolean isTrouble() {
            return !isDelivered() && !isRefusal();
        }
    }

    /**
     * Posts an alert once.
     *
     * @throws IOException if the receiver cannot be reached
     */
    Reply post(Alert alert) throws IOException, InterruptedException {
        String body = alert.json(deployment).toString();
        HttpRequest.Builder request = HttpRequest.newBuilder(webhook.url())
                .timeout(timeout)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "tidemark")
                .header("Idempotency-Key", key(alert))
                .POST(BodyPublishers.ofString(body));
        webhook.secret()
                .ifPresent(secret -> request.header(
                        "Tidemark-Signature", signature(secret, Instant.now().getEpochSecond(), body)));
        HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
        // What is said beside the status is not waited for: the timeout is of the headers alone.
        answer.body().close();
        return new Reply(
                answer.statusCode(), answer.headers().firstValue("Retry-After").flatMap(Receiver::seconds));
    }

    /** The same for each attempt, another for each state that an alert takes on, should it do so twice. */
    private static String key(Alert alert) {
        return alert.id() + "." + alert.state() + "." + alert.at().toEpochMilli();
    }

    /** What tells the receiver that it was sent by who knows the secret, and when. */
    static String signature(String secret, long time, String body) {
        try {
            Mac mac = Mac.getInstance(HASH);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HASH));
            byte[] hash = mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=" + time + ",v1=" + HexFormat.of().formatHex(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HASH, e);
        }
    }

    /** {@code Retry-After} in seconds; as a date it is passed over. */
    private static Optional<Duration> seconds(String text) {
        return text.matches("\\d{1,6}") ? Optional.of(Duration.ofSeconds(Long.parseLong(text))) : Optional.empty();
    }
}
