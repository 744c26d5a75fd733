package dev.tidemark.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a schema registry with Confluent's REST API is. Its login appears in no text that is made of it.
 *
 * @param url its address, without a slash at its end
 * @param login {@code user:password} for basic authentication
 * @param shown the address for a person to read: as the deployment's file has it
 */
public record SchemaRegistry(String url, Optional<String> login, String shown) {

    /** @throws IllegalArgumentException if it is no address of a registry, or no login; the message repeats neither */
    public SchemaRegistry {
        if (!isAddress(url)) {
            throw new IllegalArgumentException("is no address of a schema registry; accepted is http://HOST:PORT or"
                    + " https://HOST:PORT, with a path if it has one, and the login in basic.auth.user.info");
        }
        if (login.filter(found -> !found.contains(":")).isPresent()) {
            throw new IllegalArgumentException("has a login without a colon; accepted is USER:PASSWORD");
        }
        while (url.endsWith("/")) {
            url = url.substring(0, url.length() - 1);
        }
    }

    private static boolean isAddress(String url) {
        try {
            URI address = new URI(url);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            return http && address.getHost() != null && address.getUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return shown;
    }
}
