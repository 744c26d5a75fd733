package dev.tidemark.deployment.s3;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * How an object store that speaks S3 is reached. Who asks is never said here: credentials are found where the AWS SDK
 * looks for them by default (environment, profile, the machine's or the pod's role), by our client and by Hadoop's alike.
 *
 * @param endpoint its address, unless it is Amazon's
 * @param region its region; if there is none, where the SDK looks for one
 * @param pathStyle whether the bucket stands in the path of an address, not in the name of the host
 */
public record ObjectStore(Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {

    /** Amazon's, with whatever the environment says. */
    public static final ObjectStore DEFAULT = new ObjectStore(Optional.empty(), Optional.empty(), false);

    /** What a request may take, with all that is tried again. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration PATIENCE_WITH_ONE_TRY = Duration.ofSeconds(30);

    /** For stores that have none, but want a signature that names one. */
    private static final String ANY_REGION = "us-east-1";

    /** Settings of Hadoop's S3A, for what Spark and Delta Kernel read and write there. */
    public Map<String, String> hadoop() {
        Map<String, String> settings = new HashMap<>();
        settings.put("fs.s3a.aws.credentials.provider", DefaultCredentialsProvider.class.getName());
        // The default remembers what it has read of objects; tables' pointers to their checkpoints are written over.
        settings.put("fs.s3a.input.stream.type", "classic");
        settings.put("fs.s3a.path.style.access", Boolean.toString(pathStyle));
        endpoint.ifPresent(address -> settings.put("fs.s3a.endpoint", address.toString()));
        signingRegion().ifPresent(name -> settings.put("fs.s3a.endpoint.region", name));
        return settings;
    }

    S3Client client() {
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(DefaultCredentialsProvider.builder().build())
                .forcePathStyle(pathStyle)
                // Not every store knows the checksums that Amazon's takes.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(
                        settings -> settings.apiCallTimeout(PATIENCE).apiCallAttemptTimeout(PATIENCE_WITH_ONE_TRY));
        endpoint.ifPresent(builder::endpointOverride);
        signingRegion().map(Region::of).ifPresent(builder::region);
        return builder.build();
    }

    private Optional<String> signingRegion() {
        return region.or(() -> endpoint.map(address -> ANY_REGION));
    }
}
