package dev.tidemark.compile;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.SimpleAnalyzer$;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.PlanExpression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.types.DataTypeUtils$;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Finds the types of Spark SQL expressions over a schema, and refuses what no view may use. Needs no Spark session. */
final class Expressions {

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
        try {
            Expression parsed = CatalystSqlParser$.MODULE$.parseExpression(text);
            if (parsed instanceof NamedExpression && !(parsed instanceof UnresolvedAttribute)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not one expression; write it without AS and without *");
            }
            LogicalPlan plan = new Project(seq(List.<NamedExpression>of(alias(parsed))), events);
            LogicalPlan analyzed = SimpleAnalyzer$.MODULE$.execute(plan);
            SimpleAnalyzer$.MODULE$.checkAnalysis(analyzed);
            requirePure(analyzed, text);
            return analyzed.output().apply(0).dataType();
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

    private static void requirePure(Expression used, String text) {
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
        found.add(root);
        for (Expression child : CollectionConverters.asJava(root.children())) {
            found.addAll(all(child));
        }
        return found;
    }
}
