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
 * that the tests run with. Its login is what the JVM's system properties then say, where the AWS SDK looks for it.
 */
public final class SharedS3 {

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

    /** The environment of other processes that log in there. */
    public static Map<String, String> login() {
        return Map.of(
                "AWS_ACCESS_KEY_ID",
                System.getProperty("aws.accessKeyId"),
                "AWS_SECRET_ACCESS_KEY",
                System.getProperty("aws.secretAccessKey"));
    }

    @SuppressWarnings("unchecked")
    private static Function<String, URI> start() {
        String secret = UUID.randomUUID().toString();
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", secret);
        try {
            ClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
            return (Function<String, URI>) loader.loadClass("dev.tidemark.s3.S3Server")
                    .getDeclaredConstructors()[0]
                    .newInstance("test", secret);
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
