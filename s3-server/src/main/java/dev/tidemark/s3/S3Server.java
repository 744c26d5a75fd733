package dev.tidemark.s3;

import java.net.URI;
import java.util.Properties;
import java.util.function.Function;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** An S3 server in memory. It makes the buckets that it is asked for, and says where it listens. */
public final class S3Server implements Function<String, URI> {

    private final BlobStore store = BlobStores.create("transient-nio2", new Properties());
    private final URI endpoint;

    /** Starts it; only requests that are signed with that secret are answered. */
    public S3Server(String accessKey, String secret) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secret)
                .jettyMaxThreads(32)
                .build();
        server.start();
        endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Override
    public URI apply(String bucket) {
        store.createContainer(bucket);
        return endpoint;
    }
}
