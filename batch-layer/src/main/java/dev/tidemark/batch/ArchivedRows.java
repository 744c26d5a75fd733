package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;

import dev.tidemark.view.Cut;
import java.time.LocalDate;
import java.util.SortedSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Records of the master dataset.
 *
 * @param master the master dataset
 * @param version which version of it
 */
record ArchivedRows(MasterDataset master, MasterDataset.Version version) implements EventRows {

    @Override
    public Dataset<Row> on(SparkSession spark, SortedSet<LocalDate> days, Cut since) {
        return master.rowsBeyond(spark, since, version)
                .where(col(MasterDataset.DAY).isin(days.toArray()));
    }

    @Override
    public boolean hasNoneLongerThan(long bytes) {
        return version.commit().hasNoneLongerThan(bytes);
    }

    @Override
    public Cut end() {
        return version.commit().cut();
    }
}
