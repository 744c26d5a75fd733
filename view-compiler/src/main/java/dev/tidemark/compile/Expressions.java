package dev.tidemark.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.SimpleAnalyzer$;
import org.apache.spark.sql.catalyst.analysis.Star;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.PlanExpression;
import org.apache.spark.sql.catalyst.expressions.RuntimeReplaceable;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.types.DataTypeUtils$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Finds the types of Spark SQL expressions over a schema, and refuses what no view may use. Needs no Spark session. */
final class Expressions {

    private static final Pattern TIME_LITERAL = Pattern.compile(
            "\\b(?:date|timestamp\\w*)(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*r?['\"]([^'\"]*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern BEGINS_WITH_YEAR = Pattern.compile("\\s*[+-]?\\d{4}");

    private final LogicalPlan events;

    Expressions(StructType schema) {
        List<Attribute> attributes =
                new ArrayList<>(CollectionConverters.asJava(DataTypeUtils$.MODULE$.toAttributes(schema)));
        this.events = new LocalRelation(seq(attributes), seq(List.<InternalRow>of()), false, Option.empty());
    }

    private static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }

    private static Alias alias(Expression expression) {
        Seq<String> none = seq(List.of());
        return new Alias(expression, "it", NamedExpression.newExprId(), none, Option.empty(), none);
    }

    /**
     * The type of {@code text}'s values.
     *
     * @throws IllegalArgumentException if it is no expression over the schema's fields, or one that no view may use
     */
    DataType typeOf(String text) {
        return typeOf(parse(text), text);
    }

    /** The type of an expression's values, of which {@code text} says what it is. */
    DataType typeOf(Expression parsed, String text) {
        return analyzed(parsed, text).dataType();
    }

    /**
     * Whether evaluating {@code text} throws on no event, as far as its parts tell: most functions may, and are taken to.
     *
     * @throws IllegalArgumentException as {@link #typeOf} does
     */
    boolean cannotFail(String text) {
        Expression expression = analyzed(parse(text), text);
        return NeverFailing.is(expression)
                // What holds its value in both layers.
                && SparkTypes.of(expression.dataType())
                        .filter(type -> Cast.canUpCast(expression.dataType(), SparkTypes.of(type)))
                        .isPresent();
    }

    /**
     * An expression whose names are not looked up yet.
     *
     * @throws IllegalArgumentException if {@code text} is none
     */
    Expression parse(String text) {
        Expression parsed = explained(text, () -> CatalystSqlParser$.MODULE$.parseExpression(text));
        if (parsed instanceof NamedExpression && !(parsed instanceof UnresolvedAttribute)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not one expression; write it without AS and without *");
        }
        requireNoStar(parsed, text);
        requireNoPresentTimeIn(text);
        return parsed;
    }

    /**
     * The expression with its names looked up.
     *
     * @throws IllegalArgumentException if it is none over the schema's fields, or one that no view may use
     */
    Expression analyzed(Expression parsed, String text) {
        return explained(text, () -> {
            LogicalPlan plan = new Project(seq(List.<NamedExpression>of(alias(parsed))), events);
            LogicalPlan analyzed = SimpleAnalyzer$.MODULE$.execute(plan);
            SimpleAnalyzer$.MODULE$.checkAnalysis(analyzed);
            requirePure(analyzed, text);
            return ((Alias) ((Project) analyzed).projectList().apply(0)).child();
        });
    }

    private static <T> T explained(String text, Supplier<T> made) {
        try {
            return made.get();
        } catch (Exception e) {
            if (e instanceof AnalysisException) {
                throw new IllegalArgumentException("'" + text + "': " + firstLine(e.getMessage()), e);
            }
            throw e;
        }
    }

    private static String firstLine(String message) {
        String line =
                message.lines().filter(text -> !text.isBlank()).findFirst().orElse(message);
        return line.replaceFirst("^\\[[A-Z_.0-9]+\\]\\s*", "").replaceFirst("\\s*SQLSTATE: \\w+.*$", "");
    }

    private static void requirePure(LogicalPlan plan, String text) {
        if (!(plan instanceof Project project) || !(project.child() instanceof LocalRelation)) {
            throw new IllegalArgumentException("'" + text
                    + "' is not an expression over one event: aggregates, windows, generators and subqueries belong into"
                    + " `measures`, or into a query");
        }
        for (Expression used : all((Expression) project.projectList().apply(0))) {
            requirePure(used, text);
        }
    }

    /** What * stands for differs by layer: each carries other columns beside the event's. */
    private static void requireNoStar(Expression parsed, String text) {
        if (all(parsed).stream().anyMatch(used -> used instanceof Star)) {
            throw new IllegalArgumentException("'" + text + "' uses *; name the fields");
        }
    }

    /** Spark's parser itself replaces {@code timestamp 'now'} and the like by a time. */
    private static void requireNoPresentTimeIn(String text) {
        Matcher literal = TIME_LITERAL.matcher(text);
        while (literal.find()) {
            requireYear(literal.group(1), text);
        }
    }

    private static void requireYear(String time, String text) {
        if (!BEGINS_WITH_YEAR.matcher(time).lookingAt()) {
            throw new IllegalArgumentException("'" + text + "' takes the time '" + time + "', which depends on the"
                    + " present time: it would give another answer at every run; begin it with its year");
        }
    }

    /** A string of a time alone, such as 12:30, becomes a time of the present day. */
    private static void requireNoPresentTimeIn(Cast cast, String text) {
        boolean toTimestamp = cast.dataType() instanceof TimestampType || cast.dataType() instanceof TimestampNTZType;
        if (!(cast.child().dataType() instanceof StringType)
                || !toTimestamp && !(cast.dataType() instanceof DateType)) {
            return;
        }
        if (cast.child().foldable()) {
            Object constant = cast.child().eval(InternalRow.empty());
            requireYear(constant == null ? "0000" : constant.toString(), text);
        } else if (toTimestamp) {
            throw new IllegalArgumentException("'" + text + "' makes a timestamp of a string, which takes the present"
                    + " day where the string has none: it would give another answer at every run; use"
                    + " to_timestamp(string, format)");
        }
    }

    private static void requirePure(Expression used, String text) {
        if (used instanceof Cast cast) {
            requireNoPresentTimeIn(cast, text);
        }
        String function = used.getClass().getSimpleName();
        boolean presentTime =
                function.startsWith("Current") || function.equals("Now") || function.equals("LocalTimestamp");
        if (presentTime) {
            throw new IllegalArgumentException("'" + text + "' uses the present time or the present user (" + function
                    + "): it would give another answer at every run; use the event time");
        }
        if (!used.deterministic()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not deterministic (" + function
                            + "): it would give another answer at every run; derive it from the event, for example with hash(…)");
        }
        if (used instanceof PlanExpression<?>) {
            throw new IllegalArgumentException(
                    "'" + text + "' has a subquery; only the event's own fields can be used");
        }
    }

    private static List<Expression> all(Expression root) {
        List<Expression> found = new ArrayList<>();
        for (Expression child : CollectionConverters.asJava(root.children())) {
            found.addAll(all(child));
        }
        if (root instanceof RuntimeReplaceable replaced) {
            found.addAll(all(replaced.replacement()));
        }
        // After its parts, so that a problem is found where it is.
        found.add(root);
        return found;
    }
}
