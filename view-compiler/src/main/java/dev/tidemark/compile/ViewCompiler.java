package dev.tidemark.compile;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.MeasureFunction;
import dev.tidemark.view.Steps;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;

/** Resolves views against what their source's events are: the schema, and what is taken from reference tables. */
public final class ViewCompiler {

    private final Expressions expressions;
    private final List<ViewProblem> problems = new ArrayList<>();

    private ViewCompiler(Schema schema, List<Field> enriched) {
        this.expressions = new Expressions(SparkTypes.ofEvents(schema, enriched));
    }

    /**
     * Every problem of a view's expressions over events of {@code schema}.
     *
     * @param enriched what the events have beside their fields
     */
    public static List<ViewProblem> problemsOf(ViewDefinition view, Schema schema, List<Field> enriched) {
        ViewCompiler compiler = new ViewCompiler(schema, enriched);
        compiler.resolve(view);
        return compiler.problems;
    }

    /**
     * The definition set of a source's views.
     *
     * @throws InvalidViewsException with every problem of every view
     */
    public static DefinitionSet resolve(Source source, List<ViewDefinition> views, ZoneId zone) {
        List<Field> enriched = source.enrichments().stream()
                .flatMap(enrichment -> enrichment.columns().stream())
                .toList();
        ViewCompiler compiler = new ViewCompiler(source.schema(), enriched);
        List<View> resolved = views.stream().map(compiler::resolve).toList();
        if (!compiler.problems.isEmpty()) {
            throw new InvalidViewsException(compiler.problems);
        }
        return new DefinitionSet(DefinitionSet.idOf(source, views, zone), source, zone, resolved);
    }

    private View resolve(ViewDefinition view) {
        view.where().ifPresent(where -> typeOf(view, "where", where).ifPresent(type -> requireBoolean(view, type)));
        List<Field> dimensions = new ArrayList<>();
        view.dimensions().forEach((name, expression) -> valueType(view, dimensionField(view, name), expression)
                .ifPresent(type -> dimensions.add(new Field(name, type))));
        List<Measure> measures = new ArrayList<>();
        view.measures().forEach((name, call) -> measure(view, name, call).ifPresent(measures::add));
        Optional<Steps> steps = view.pattern()
                .flatMap(pattern ->
                        PatternSteps.of(pattern, expressions, (field, message) -> problem(view, field, message)))
                .map(PatternSteps::resolved);
        // Beside a problem, which keeps the view from being used.
        return new View(
                view, dimensions, measures, steps.or(() -> view.pattern().map(pattern -> Steps.NONE)));
    }

    /** Where a dimension stands in the view's file. */
    private static String dimensionField(ViewDefinition view, String name) {
        boolean isField = view.dimensions().get(name).equals(name);
        return isField && view.by().equals(Optional.of(name)) ? view.slicing().field() + ".by" : "dimensions." + name;
    }

    private void requireBoolean(ViewDefinition view, DataType type) {
        if (!(type instanceof BooleanType)) {
            problem(view, "where", "is of type " + type.simpleString() + "; a boolean is expected");
        }
    }

    private Optional<Measure> measure(ViewDefinition view, String name, MeasureCall call) {
        String field = "measures." + name;
        try {
            if (call.input().isEmpty()) {
                return Optional.of(new Measure(name, call, call.over(null)));
            }
            if (call.function() == MeasureFunction.COUNT) {
                // It takes what no increment could carry: arrays, structs, bytes.
                return typeOf(view, field, call.input().get()).map(type -> new Measure(name, call, call.over(null)));
            }
            return valueType(view, field, call.input().get()).map(type -> new Measure(name, call, call.over(type)));
        } catch (IllegalArgumentException e) {
            problem(view, field, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<ValueType> valueType(ViewDefinition view, String field, String expression) {
        Optional<DataType> type = typeOf(view, field, expression);
        Optional<ValueType> value = type.flatMap(SparkTypes::of);
        if (type.isPresent() && value.isEmpty()) {
            problem(
                    view,
                    field,
                    "'" + expression + "' is of type " + type.get().simpleString()
                            + "; accepted are boolean, integers, double, decimal, string, date and timestamp");
        }
        return value;
    }

    private Optional<DataType> typeOf(ViewDefinition view, String field, String expression) {
        try {
            return Optional.of(expressions.typeOf(expression));
        } catch (IllegalArgumentException e) {
            problem(view, field, e.getMessage());
            return Optional.empty();
        }
    }

    private void problem(ViewDefinition view, String field, String message) {
        problems.add(new ViewProblem(view.name(), field, message));
    }
}
