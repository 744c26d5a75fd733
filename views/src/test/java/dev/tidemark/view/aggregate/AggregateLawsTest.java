package dev.tidemark.view.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What every aggregate has to obey, whatever it computes. */
class AggregateLawsTest {

    private static final ValueType PRICE = ValueType.decimal(10, 2);

    /**
     * An aggregate, inputs for it, and the plain computation of its result.
     *
     * @param aggregate the aggregate
     * @param inputs some inputs, nulls among them
     * @param plain the result over a list of inputs, without partials
     */
    record Sample(Aggregate<?> aggregate, List<Object> inputs, Function<List<Object>, Object> plain) {

        @SuppressWarnings("unchecked")
        Aggregate<Object> algebra() {
            return (Aggregate<Object>) aggregate;
        }

        Object partial(List<Object> some) {
            Object partial = algebra().identity();
            for (Object input : some) {
                partial = algebra().add(partial, input);
            }
            return partial;
        }

        void same(Object one, Object other) {
            Object a = algebra().finish(one);
            Object b = algebra().finish(other);
            assertTrue(aggregate.equality().equal(a, b), () -> aggregate + ": " + a + " and " + b);
        }

        List<Object> part(int from, int to) {
            return inputs.subList(inputs.size() * from / 3, inputs.size() * to / 3);
        }
    }

    @Property(tries = 600)
    void mergeIsAssociativeAndCommutativeAndHasAnIdentity(@ForAll("samples") Sample sample) {
        Aggregate<Object> algebra = sample.algebra();
        Object a = sample.partial(sample.part(0, 1));
        Object b = sample.partial(sample.part(1, 2));
        Object c = sample.partial(sample.part(2, 3));
        sample.same(algebra.merge(algebra.merge(a, b), c), algebra.merge(a, algebra.merge(b, c)));
        sample.same(algebra.merge(a, b), algebra.merge(b, a));
        sample.same(algebra.merge(a, algebra.identity()), a);
        sample.same(algebra.merge(algebra.identity(), a), a);
    }

    @Property(tries = 600)
    void addingAnInputIsMergingItsPartial(@ForAll("samples") Sample sample) {
        Aggregate<Object> algebra = sample.algebra();
        Object partial = sample.partial(sample.part(0, 2));
        for (Object input : sample.part(2, 3)) {
            Object single = algebra.add(algebra.identity(), input);
            sample.same(algebra.add(partial, input), algebra.merge(partial, single));
        }
    }

    @Property(tries = 600)
    void finishAgreesWithThePlainComputation(@ForAll("samples") Sample sample) {
        Object found = sample.algebra().finish(sample.partial(sample.inputs()));
        Object expected = sample.plain().apply(sample.inputs());
        assertTrue(
                sample.aggregate().equality().equal(expected, found),
                () -> sample.aggregate() + ": " + found + " instead of " + expected);
    }

    @Property(tries = 600)
    void aStoredPartialComesBack(@ForAll("samples") Sample sample) {
        Object partial = sample.partial(sample.inputs());
        List<Object> columns;
        if (partial instanceof Total total) {
            columns = total.count() == 0 ? Arrays.asList(null, 0L) : List.of(total.sum(), total.count());
        } else {
            columns = Arrays.asList(partial);
        }
        assertEquals(sample.aggregate().stored().size(), columns.size());
        sample.same(sample.algebra().load(columns), partial);
    }

    @Provide
    Arbitrary<Sample> samples() {
        Arbitrary<Object> integers = Arbitraries.longs().map(value -> value);
        Arbitrary<Object> prices = Arbitraries.integers().map(cents -> BigDecimal.valueOf(cents, 2));
        // Of one sign: where sums cancel, no relative bound holds for any order of adding doubles.
        Arbitrary<Object> positive =
                Arbitraries.doubles().between(1e-3, 1e9).ofScale(3).map(value -> value);
        Arbitrary<Object> doubles = Arbitraries.oneOf(
                Arbitraries.doubles().between(-1e12, 1e12).ofScale(4).map(value -> value + 0.0),
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
        return Arbitraries.oneOf(
                sample(new Count(), integers, inputs -> (long) inputs.size()),
                sample(new Sum(ValueType.BIGINT), integers, AggregateLawsTest::sumOfIntegers),
                sample(new Sum(PRICE), prices, AggregateLawsTest::sumOfDecimals),
                sample(new Sum(ValueType.DOUBLE), positive, AggregateLawsTest::sumOfDoubles),
                sample(new Average(ValueType.BIGINT), integers, AggregateLawsTest::averageOfIntegers),
                sample(new Average(PRICE), prices, AggregateLawsTest::averageOfDecimals),
                sample(new Average(ValueType.DOUBLE), positive, AggregateLawsTest::averageOfDoubles),
                extremes(ValueType.BIGINT, integers),
                extremes(PRICE, prices),
                extremes(ValueType.DOUBLE, doubles),
                extremes(ValueType.STRING, Arbitraries.strings().ofMaxLength(4).map(value -> value)),
                extremes(ValueType.BOOLEAN, Arbitraries.of(true, false).map(value -> value)),
                extremes(ValueType.DATE, Arbitraries.integers().map(LocalDate::ofEpochDay)),
                extremes(ValueType.TIMESTAMP, Arbitraries.integers().map(Instant::ofEpochSecond)));
    }

    private static Arbitrary<Sample> extremes(ValueType type, Arbitrary<? extends Object> inputs) {
        return Arbitraries.of(true, false)
                .flatMap(greatest -> sample(new Extreme(type, greatest), inputs, values -> extreme(values, greatest)));
    }

    private static Arbitrary<Sample> sample(
            Aggregate<?> aggregate, Arbitrary<? extends Object> inputs, Function<List<Object>, Object> plain) {
        Arbitrary<Object> orNull = inputs.injectNull(0.1).map(value -> (Object) value);
        return orNull.list().ofMaxSize(30).map(list -> new Sample(aggregate, list, plain));
    }

    private static List<Object> present(List<Object> inputs) {
        return inputs.stream().filter(Objects::nonNull).toList();
    }

    private static Object sumOfIntegers(List<Object> inputs) {
        return present(inputs).stream()
                .map(value -> BigInteger.valueOf((Long) value))
                .reduce(BigInteger::add)
                .orElse(null);
    }

    private static Object sumOfDecimals(List<Object> inputs) {
        return present(inputs).stream()
                .map(value -> (BigDecimal) value)
                .reduce(BigDecimal::add)
                .orElse(null);
    }

    private static Object sumOfDoubles(List<Object> inputs) {
        List<Object> values = present(inputs);
        return values.isEmpty()
                ? null
                : values.stream().mapToDouble(value -> (Double) value).sum();
    }

    private static Object averageOfIntegers(List<Object> inputs) {
        BigInteger sum = (BigInteger) sumOfIntegers(inputs);
        return sum == null
                ? null
                : new BigDecimal(sum)
                        .divide(BigDecimal.valueOf(present(inputs).size()), java.math.MathContext.DECIMAL128)
                        .doubleValue();
    }

    private static Object averageOfDecimals(List<Object> inputs) {
        BigDecimal sum = (BigDecimal) sumOfDecimals(inputs);
        return sum == null
                ? null
                : sum.divide(BigDecimal.valueOf(present(inputs).size()), 6, RoundingMode.HALF_UP);
    }

    private static Object averageOfDoubles(List<Object> inputs) {
        Double sum = (Double) sumOfDoubles(inputs);
        return sum == null ? null : sum / present(inputs).size();
    }

    private static Object extreme(List<Object> inputs, boolean greatest) {
        List<Object> sorted = new ArrayList<>(present(inputs));
        sorted.sort(Values::compare);
        return sorted.isEmpty() ? null : sorted.get(greatest ? sorted.size() - 1 : 0);
    }

    @Test
    void aSumOfIntegersDoesNotWrap() {
        Sum sum = new Sum(ValueType.BIGINT);
        Total twice = sum.add(sum.add(sum.identity(), Long.MAX_VALUE), Long.MAX_VALUE);
        assertEquals(BigInteger.valueOf(Long.MAX_VALUE).shiftLeft(1), sum.finish(twice));
    }

    @Test
    void stringsAreOrderedByTheirUtf8Bytes() {
        assertTrue(Values.compare("\uD83D\uDE00", "\uFFFD") > 0, "as SQL orders them, unlike String.compareTo");
    }
}
