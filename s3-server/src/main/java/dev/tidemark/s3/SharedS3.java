package dev.tidemark.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * One S3 server per JVM, started on first use, in a class loader of its own: it is made of other releases of the libraries
 * that the tests run with. Its login stands in the JVM's system properties from then on, where
 * the AWS SDK looks for it.
 */
public final class SharedS3 {

    private static final String ACCESS_KEY = "test";
    private static final String SECRET = UUID.randomUUID().toString();

    static {
        System.setProperty("aws.accessKeyId", ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
    }

    private static Function<String, URI> server;

    private SharedS3() {}

    /**
     * A bucket.
     *
     * @param endpoint where the server listens
     * @param name the bucket's name
     */
    public record Bucket(URI endpoint, String name) {}

    /** A new, empty bucket. */
    public static synchronized Bucket bucket() {
        if (server == null) {
            server = start();
        }
        String name = "bucket-" + UUID.randomUUID();
        return new Bucket(server.apply(name), name);
    }

    /** The login, as other processes find it in their environment. */
    public static Map<String, String> login() {
        return Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET);
    }

    @SuppressWarnings("unchecked")
    private static Function<String, URI> start() {
        try {
            ClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
            return (Function<String, URI>) loader.loadClass("dev.tidemark.s3.S3Server")
                    .getDeclaredConstructors()[0]
                    .newInstance(ACCESS_KEY, SECRET);
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException("cannot start the S3 server", e);
        }
    }

    /** This class's own place, and what the build says the server is made of. */
    private static URL[] classPath() throws IOException {
        List<URL> urls = new ArrayList<>();
        urls.add(SharedS3.class.getProtectionDomain().getCodeSource().getLocation());
        try (InputStream list = SharedS3.class.getResourceAsStream("/s3-server.classpath")) {
            for (String jar : new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(System.getProperty("path.separator"))) {
                urls.add(Path.of(jar).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }
}
