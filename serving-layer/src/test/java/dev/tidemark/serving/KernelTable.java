package dev.tidemark.serving;

import dev.tidemark.deployment.s3.S3FileSystem;
import io.delta.kernel.DataWriteContext;
import io.delta.kernel.Operation;
import io.delta.kernel.Table;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionBuilder;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** A Delta table with one partition column of strings, written by Delta Kernel. */
record KernelTable(Path path, StructType schema, String partitionColumn) {

    private static Engine engine(Path path) {
        Configuration hadoop = new Configuration();
        S3FileSystem.hadoop(path).forEach(hadoop::set);
        return DefaultEngine.create(hadoop);
    }

    /** Appends rows, each a value a column as Kernel holds it, to one partition. */
    void append(String partition, List<Object[]> rows) throws Exception {
        Engine engine = engine(path);
        boolean isNew = !Files.exists(path.resolve("_delta_log"));
        TransactionBuilder builder = Table.forPath(engine, path.toString())
                .createTransactionBuilder(engine, "test", isNew ? Operation.CREATE_TABLE : Operation.WRITE);
        if (isNew) {
            builder = builder.withSchema(engine, schema).withPartitionColumns(engine, List.of(partitionColumn));
        }
        Transaction transaction = builder.build(engine);
        Row state = transaction.getTransactionState(engine);
        Map<String, Literal> values = Map.of(partitionColumn, Literal.ofString(partition));
        CloseableIterator<FilteredColumnarBatch> data = Transaction.transformLogicalData(
                engine,
                state,
                Utils.singletonCloseableIterator(new FilteredColumnarBatch(new Rows(schema, rows), Optional.empty())),
                values);
        DataWriteContext context = Transaction.getWriteContext(engine, state, values);
        CloseableIterator<DataFileStatus> files = engine.getParquetHandler()
                .writeParquetFiles(context.getTargetDirectory(), data, context.getStatisticsColumns());
        transaction.commit(
                engine,
                CloseableIterable.inMemoryIterable(Transaction.generateAppendActions(engine, state, files, context)));
    }

    private record Rows(StructType schema, List<Object[]> rows) implements ColumnarBatch {
        @Override
        public StructType getSchema() {
            return schema;
        }

        @Override
        public ColumnVector getColumnVector(int ordinal) {
            return new Values(schema.at(ordinal).getDataType(), ordinal, rows);
        }

        @Override
        public ColumnarBatch withDeletedColumnAt(int ordinal) {
            StructType left = new StructType(schema.fields().stream()
                    .filter(field -> schema.indexOf(field.getName()) != ordinal)
                    .toList());
            return new Rows(
                    left, rows.stream().map(row -> without(row, ordinal)).toList());
        }

        private static Object[] without(Object[] row, int ordinal) {
            Object[] left = new Object[row.length - 1];
            System.arraycopy(row, 0, left, 0, ordinal);
            System.arraycopy(row, ordinal + 1, left, ordinal, left.length - ordinal);
            return left;
        }

        @Override
        public int getSize() {
            return rows.size();
        }
    }

    private record Values(DataType type, int ordinal, List<Object[]> rows) implements ColumnVector {
        @Override
        public DataType getDataType() {
            return type;
        }

        @Override
        public int getSize() {
            return rows.size();
        }

        @Override
        public void close() {}

        @Override
        public boolean isNullAt(int row) {
            return rows.get(row)[ordinal] == null;
        }

        @Override
        public boolean getBoolean(int row) {
            return (Boolean) rows.get(row)[ordinal];
        }

        @Override
        public int getInt(int row) {
            return (Integer) rows.get(row)[ordinal];
        }

        @Override
        public long getLong(int row) {
            return (Long) rows.get(row)[ordinal];
        }

        @Override
        public double getDouble(int row) {
            return (Double) rows.get(row)[ordinal];
        }

        @Override
        public String getString(int row) {
            return (String) rows.get(row)[ordinal];
        }

        @Override
        public byte[] getBinary(int row) {
            return (byte[]) rows.get(row)[ordinal];
        }

        @Override
        public BigDecimal getDecimal(int row) {
            return (BigDecimal) rows.get(row)[ordinal];
        }
    }
}
