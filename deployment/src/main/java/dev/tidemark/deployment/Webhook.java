package dev.tidemark.deployment;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a view's alerts are delivered over HTTP. Its text shows no secret: addresses of webhooks have them in their paths.
 *
 * @param url the address that they are posted to
 * @param shown the address for a person to read: as the file has it if it has references, else without its path
 * @param secret what deliveries are signed with
 * @param giveUpAfter how old an alert may be that is still to be delivered
 */
public record Webhook(URI url, String shown, Optional<String> secret, Duration giveUpAfter) {

    /** For how long it is tried to deliver an alert, unless the file says otherwise. */
    static final Duration USUAL_PATIENCE = Duration.ofDays(1);

    private static final int HIGHEST_PORT = 65_535;

    /**
     * An address as a user writes it.
     *
     * @throws IllegalArgumentException if nothing can be posted to it; the message does not repeat it
     */
    static URI parse(String text) {
        URI url;
        try {
            url = new URI(text.strip());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalArgumentException("is no address: " + e.getReason() + "; " + accepted());
        }
        boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            throw new IllegalArgumentException("is no address of http or https with a host; " + accepted());
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "has a login, which is not sent; `webhook.secret` signs what is delivered instead");
        }
        if (url.getPort() == 0 || url.getPort() > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "has port %d; accepted are 1 to %d".formatted(url.getPort(), HIGHEST_PORT));
        }
        return url;
    }

    private static String accepted() {
        return "accepted is one such as https://example.org/alerts, or a reference such as ${env:HOOK_URL}";
    }

    /** An address without what may be a secret in it. */
    static String withoutPath(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + "/…";
    }

    @Override
    public String toString() {
        return "Webhook[" + shown + (secret.isPresent() ? ", signed" : "") + ", " + giveUpAfter + "]";
    }
}
