package dev.tidemark.serving.query;

import dev.tidemark.schema.Field;
import dev.tidemark.serving.query.QueryRequest.FilterRequest;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Values;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A test of one dimension. As in SQL, only {@link IsNull} accepts a null. */
public sealed interface Filter extends Predicate<List<Object>> {

    /** The index of the dimension. */
    int dimension();

    /** One of the values, or none of them. */
    record In(int dimension, Set<Object> values, boolean wanted) implements Filter {
        @Override
        public boolean test(List<Object> dimensions) {
            Object value = dimensions.get(dimension);
            return value != null && values.contains(value) == wanted;
        }
    }

    /** Null. */
    record IsNull(int dimension) implements Filter {
        @Override
        public boolean test(List<Object> dimensions) {
            return dimensions.get(dimension) == null;
        }
    }

    /** At least {@code from}, and less than {@code to}. */
    record Between(int dimension, Optional<Object> from, Optional<Object> to) implements Filter {
        @Override
        public boolean test(List<Object> dimensions) {
            Object value = dimensions.get(dimension);
            return value != null
                    && from.map(least -> Values.compare(value, least) >= 0).orElse(true)
                    && to.map(end -> Values.compare(value, end) < 0).orElse(true);
        }
    }

    /** The filter that was asked for. */
    static Filter of(FilterRequest request, View view, ZoneId zone) {
        int dimension = Query.dimension("filter", request.dimension(), view);
        Field field = view.dimensions().get(dimension);
        String name = "filter[" + request.dimension() + "]";
        return switch (request.op()) {
            case "is_null" -> new IsNull(dimension);
            case "range" ->
                new Between(
                        dimension,
                        request.from().map(text -> Literals.parse(name, field, text, zone)),
                        request.to().map(text -> Literals.parse(name, field, text, zone)));
            default -> {
                Set<Object> values = new HashSet<>();
                request.values().forEach(text -> values.add(Literals.parse(name, field, text, zone)));
                yield new In(dimension, values, request.op().equals("in"));
            }
        };
    }

    /** All of them. */
    static Predicate<List<Object>> all(List<Filter> filters) {
        return filters.stream()
                .map(filter -> (Predicate<List<Object>>) filter)
                .reduce(Predicate::and)
                .orElse(Objects::nonNull);
    }
}
