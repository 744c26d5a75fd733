package dev.tidemark.deployment.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The requests that we make of a bucket. Each fails with an {@link IOException} that names the object, a
 * {@link NoSuchFileException} if there is none. Thread-safe.
 */
final class Bucket {

    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;

    /** How often a conditional PUT is sent that the store asks to be sent again, since another was under way. */
    private static final int TRIES = 20;

    private static final long MILLIS_BETWEEN_TRIES = 50;

    /** Under which an object says who wrote it. */
    private static final String WRITER = "tidemark-writer";

    private final String name;
    private final ObjectStore store;
    private S3Client client;
    private boolean fenced;

    Bucket(String name, ObjectStore store) {
        this.name = name;
        this.store = store;
    }

    String name() {
        return name;
    }

    private synchronized S3Client client() {
        if (client == null) {
            client = store.client();
        }
        return client;
    }

    /** An object's content; closing it early does not read the rest. */
    InputStream read(String key) throws IOException {
        ResponseInputStream<GetObjectResponse> content = asked(
                key, () -> client().getObject(request -> request.bucket(name).key(key)));
        return new FilterInputStream(content) {
            @Override
            public void close() {
                content.abort();
            }
        };
    }

    HeadObjectResponse head(String key) throws IOException {
        return asked(
                key, () -> client().headObject(request -> request.bucket(name).key(key)));
    }

    /** Whether any key begins so. */
    boolean hasAny(String prefix) throws IOException {
        return asked(prefix, () -> client().listObjectsV2(
                        request -> request.bucket(name).prefix(prefix).maxKeys(1))
                .hasContents());
    }

    /** What comes after a prefix up to the next slash, in the order of the keys within objects and folders. */
    List<String> list(String prefix) throws IOException {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(name)
                .prefix(prefix)
                .delimiter("/")
                .build();
        return asked(prefix, () -> client().listObjectsV2Paginator(request).stream()
                .flatMap(page -> Stream.concat(
                        page.contents().stream().map(S3Object::key),
                        page.commonPrefixes().stream().map(CommonPrefix::prefix)))
                .map(key -> key.substring(prefix.length()).replaceAll("/$", ""))
                .filter(found -> !found.isEmpty())
                .toList());
    }

    /** Deletes an object; nothing, if there is none. */
    void delete(String key) throws IOException {
        asked(key, () -> client().deleteObject(request -> request.bucket(name).key(key)));
    }

    /**
     * Creates an object unless there is one: a PUT with {@code If-None-Match: *}, of which the store lets one through. A
     * client that gets no answer sends it again, and may then be refused for its own object: so each says whose it is.
     *
     * @return whether this call created it
     */
    boolean createIfAbsent(String key, byte[] content) throws IOException {
        requireFenced(key.substring(0, key.lastIndexOf('/') + 1));
        return put(key, content);
    }

    /**
     * Proves, once for each process, that the store refuses a conditional PUT of a key that is there.
     *
     * @param prefix what the key that is tried begins with
     * @throws IOException if it lets both through
     */
    synchronized void requireFenced(String prefix) throws IOException {
        if (fenced) {
            return;
        }
        String probe = prefix + ".probe-" + UUID.randomUUID();
        try {
            if (!put(probe, new byte[0]) || put(probe, new byte[0])) {
                throw new StoreException(
                        ("%s: the store did not refuse the second of two PUTs with `If-None-Match: *`, so"
                                        + " two processes could overwrite each other's commits; accepted are stores that enforce"
                                        + " it, such as Amazon S3")
                                .formatted(address(prefix)),
                        null);
            }
        } finally {
            delete(probe);
        }
        fenced = true;
    }

    private boolean put(String key, byte[] content) throws IOException {
        String writer = UUID.randomUUID().toString();
        for (int tries = 1; ; tries++) {
            try {
                client().putObject(
                                request -> request.bucket(name)
                                        .key(key)
                                        .ifNoneMatch("*")
                                        .metadata(Map.of(WRITER, writer)),
                                RequestBody.fromBytes(content));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == PRECONDITION_FAILED) {
                    return writer.equals(head(key).metadata().get(WRITER));
                }
                if (e.statusCode() != CONFLICT || tries == TRIES) {
                    throw failed(key, e);
                }
                pause(key);
            } catch (SdkException e) {
                throw failed(key, e);
            }
        }
    }

    private void pause(String key) throws IOException {
        try {
            Thread.sleep(MILLIS_BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(address(key) + ": interrupted", e);
        }
    }

    private <T> T asked(String key, Supplier<T> request) throws IOException {
        try {
            return request.get();
        } catch (SdkException e) {
            throw failed(key, e);
        }
    }

    private IOException failed(String key, SdkException e) {
        if (e instanceof NoSuchBucketException) {
            return new StoreException(
                    "%s: there is no bucket %s; make it, or correct `warehouse` in tidemark.yaml"
                            .formatted(address(key), name),
                    e);
        }
        if (e instanceof S3Exception s3 && s3.statusCode() == NOT_FOUND) {
            return new NoSuchFileException(address(key));
        }
        return new StoreException(
                "%s: the object store%s failed: %s; see `storage` in tidemark.yaml, and the credentials that the AWS SDK finds"
                        .formatted(
                                address(key),
                                store.endpoint()
                                        .map(address -> " at " + address)
                                        .orElse(""),
                                e.getMessage()),
                e);
    }

    private String address(String key) {
        return S3Path.SCHEME + "://" + name + "/" + key;
    }
}
