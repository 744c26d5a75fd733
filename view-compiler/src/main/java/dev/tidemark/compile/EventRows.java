package dev.tidemark.compile;

import dev.tidemark.schema.EventRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.jdk.javaapi.CollectionConverters;

/** Events as Spark rows of {@link SparkTypes#ofEvents}. */
final class EventRows {

    private EventRows() {}

    static Row of(EventRecord event) {
        Object[] values = new Object[event.values().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(event.get(i));
        }
        return RowFactory.create(values);
    }

    private static Object value(Object value) {
        if (value instanceof EventRecord nested) {
            return of(nested);
        }
        if (value instanceof List<?> list) {
            List<Object> values = new ArrayList<>(list.size());
            list.forEach(element -> values.add(value(element)));
            return CollectionConverters.asScala(values).toSeq();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> values = new HashMap<>();
            map.forEach((key, element) -> values.put(key, value(element)));
            return CollectionConverters.asScala(values);
        }
        return value;
    }
}
