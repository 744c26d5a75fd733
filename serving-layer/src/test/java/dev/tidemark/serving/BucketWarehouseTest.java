package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.deployment.Warehouse;
import dev.tidemark.deployment.s3.ObjectStore;
import dev.tidemark.deployment.s3.S3FileSystem;
import dev.tidemark.s3.SharedS3;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketWarehouseTest {

    @TempDir
    Path directory;

    private static Warehouse warehouse() {
        SharedS3.Bucket bucket = SharedS3.bucket();
        ObjectStore store = new ObjectStore(Optional.of(bucket.endpoint()), Optional.empty(), true);
        return new Warehouse(S3FileSystem.path("s3a://" + bucket.name() + "/tidemark/shop", store));
    }

    @Test
    void publishedSegmentsInABucketAndIncrementsBeyondTheCutAddUpAndTheNextPublicationIsFound() throws Exception {
        try (Shop local = new Shop(directory, 1);
                Shop shop = local.with(warehouse())) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                String query = "measures=orders,revenue";
                String both = "[{\"orders\":2,\"revenue\":\"3.00\",\"final\":false}]";
                assertEquals(both, client.revenue(query).rows().toString());
                shop.publish(Map.of(0, 2L));
                Until.holds(() ->
                        client.revenue(query).certificate().get("publication").asLong() == 2);
                assertEquals(both, client.revenue(query).rows().toString());
            }
        }
    }
}
