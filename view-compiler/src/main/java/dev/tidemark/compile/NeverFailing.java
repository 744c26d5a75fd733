package dev.tidemark.compile;

import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.CaseWhen;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Coalesce;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.GreaterThan;
import org.apache.spark.sql.catalyst.expressions.GreaterThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.In;
import org.apache.spark.sql.catalyst.expressions.IsNotNull;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.Length;
import org.apache.spark.sql.catalyst.expressions.LessThan;
import org.apache.spark.sql.catalyst.expressions.LessThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Lower;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.Substring;
import org.apache.spark.sql.catalyst.expressions.Upper;
import org.apache.spark.sql.types.BinaryType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Expressions of which each part is known to throw on no value. Catalyst does not say it of its expressions, so these are
 * the usual ones of which it is certain; of any other a view's expression is evaluated within an attempt, which costs
 * more and gives the same.
 *
 * <p>No filter made of these alone is passed on to Parquet, since a field may be null and a filter that is null is made
 * false: Parquet would tell 0.0 from −0.0. {@code <=>}, which is never null, is therefore none of them.
 */
final class NeverFailing {

    private static final Set<Class<? extends Expression>> PARTS = Set.of(
            Alias.class,
            And.class,
            AttributeReference.class,
            CaseWhen.class,
            Coalesce.class,
            EqualTo.class,
            GetStructField.class,
            GreaterThan.class,
            GreaterThanOrEqual.class,
            If.class,
            In.class,
            IsNotNull.class,
            IsNull.class,
            Length.class,
            LessThan.class,
            LessThanOrEqual.class,
            Literal.class,
            Lower.class,
            Not.class,
            Or.class,
            Substring.class,
            Upper.class);

    private NeverFailing() {}

    static boolean is(Expression expression) {
        return isPart(expression)
                && CollectionConverters.asJava(expression.children()).stream().allMatch(NeverFailing::is);
    }

    private static boolean isPart(Expression expression) {
        if (expression instanceof Cast cast) {
            // Bytes may be no text.
            return !(cast.child().dataType() instanceof BinaryType)
                    && Cast.canUpCast(cast.child().dataType(), cast.dataType());
        }
        return PARTS.contains(expression.getClass());
    }
}
