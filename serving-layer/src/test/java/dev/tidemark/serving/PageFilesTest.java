package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How the page's files are served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageFilesTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src)=\"([^\"]+)\"");

    private Shop shop;
    private ServingLayer serving;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        shop = Shop.open(directory, 1);
        serving = shop.serve();
    }

    @AfterAll
    void stop() {
        serving.close();
        shop.close();
    }

    @Test
    void whatThePageNamesIsThere() throws Exception {
        Matcher addresses = ADDRESS.matcher(get("/").body());
        int found = 0;
        for (; addresses.find(); found++) {
            assertEquals(200, get("/" + addresses.group(1)).statusCode(), addresses.group(1));
        }
        assertTrue(found >= 4, "found " + found);
        assertEquals("text/html;charset=utf-8", header(get("/"), "Content-Type"));
        assertEquals("text/javascript;charset=utf-8", header(get("/page/main.js"), "Content-Type"));
    }

    @Test
    void itMayLoadNothingFromElsewhere() throws Exception {
        String policy = header(get("/"), "Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
        assertEquals("nosniff", header(get("/page/main.js"), "X-Content-Type-Options"));
    }

    @Test
    void filesAreSentAgainOnlyIfTheyHaveChanged() throws Exception {
        HttpResponse<String> first = get("/page/main.js");
        assertEquals("no-cache", header(first, "Cache-Control"));
        HttpResponse<String> again =
                send(HttpRequest.newBuilder(uri("/page/main.js")).header("If-None-Match", header(first, "ETag")));
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
        assertFalse(header(first, "ETag").equals(header(get("/page/live.js"), "ETag")));
    }

    @Test
    void theChartLibraryIsKeptForItsAddressNamesItsVersion() throws Exception {
        HttpResponse<String> library = get("/webjars/uplot/1.6.30/dist/uPlot.esm.js");
        assertEquals(200, library.statusCode());
        assertEquals("public, max-age=31536000, immutable", header(library, "Cache-Control"));
    }

    @Test
    void otherFilesAreProblems() throws Exception {
        for (String path :
                new String[] {"/page/none.js", "/page/..%2flogback-serving.xml", "/page/", "/webjars/uplot/"}) {
            HttpResponse<String> reply = get(path);
            assertEquals(404, reply.statusCode(), path);
            assertEquals("application/problem+json", header(reply, "Content-Type"), path);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + serving.port() + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("");
    }
}
