package dev.tidemark.serving.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.ContentType;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The page at {@code /}: its files are on the class path, and so is the chart library, as a WebJar. Nothing is loaded
 * from elsewhere.
 */
final class FirstPage {

    private static final Pattern FILE = Pattern.compile("[a-z-]+\\.(html|css|js|svg)");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private FirstPage() {}

    static void addTo(JavalinConfig config) {
        config.routes.get("/", context -> answer(context, "index.html"));
        config.routes.get("/page/{file}", context -> answer(context, context.pathParam("file")));
        config.staticFiles.add(files -> {
            files.hostedPath = "/webjars/uplot";
            files.directory = "META-INF/resources/webjars/uplot";
            // The version is part of the address.
            files.headers =
                    Map.of("Cache-Control", "public, max-age=31536000, immutable", "X-Content-Type-Options", "nosniff");
        });
    }

    /** Files are asked for again each time, and sent again only if they have changed. */
    private static void answer(Context context, String file) throws IOException {
        byte[] content = read(file);
        String etag = etag(content);
        context.header("Cache-Control", "no-cache")
                .header("ETag", etag)
                .header("Content-Security-Policy", POLICY)
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff");
        if (etag.equals(context.header("If-None-Match"))) {
            context.status(304);
        } else {
            context.contentType(
                            ContentType.mimeTypeByExtension(file.substring(file.indexOf('.') + 1)) + ";charset=utf-8")
                    .result(content);
        }
    }

    private static byte[] read(String file) throws IOException {
        if (!FILE.matcher(file).matches()) {
            throw new NotFoundResponse();
        }
        try (InputStream content = FirstPage.class.getResourceAsStream("/page/" + file)) {
            if (content == null) {
                throw new NotFoundResponse();
            }
            return content.readAllBytes();
        }
    }

    /** By content, not by time and size: a reproducible build gives all its files the same time. Weak, for gzip. */
    private static String etag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return "W/\"" + HexFormat.of().formatHex(hash, 0, 12) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
