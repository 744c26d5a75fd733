package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What sessions are configured with. */
class SparkSettingsTest {

    private static final String DELTA = "io.delta.sql.DeltaSparkSessionExtension";

    private static String extensions(Map<String, String> configured) {
        return SparkSettings.withDelta(configured).get("spark.sql.extensions");
    }

    @Test
    void aDeploymentsExtensionsStandBesideDeltas() {
        assertEquals(DELTA, extensions(Map.of()));
        assertEquals(DELTA + ",org.example.Own", extensions(Map.of("spark.sql.extensions", "org.example.Own")));
        assertEquals(
                "org.example.Own," + DELTA, extensions(Map.of("spark.sql.extensions", "org.example.Own," + DELTA)));
    }

    @Test
    void theCatalogIsDeltasAndHowItsLogIsReadMayBeSet() {
        Map<String, String> settings = SparkSettings.withDelta(Map.of(
                "spark.sql.catalog.spark_catalog", "org.example.Catalog",
                "spark.databricks.delta.snapshotPartitions", "7"));
        assertEquals(
                "org.apache.spark.sql.delta.catalog.DeltaCatalog", settings.get("spark.sql.catalog.spark_catalog"));
        assertEquals("7", settings.get("spark.databricks.delta.snapshotPartitions"));
    }
}
