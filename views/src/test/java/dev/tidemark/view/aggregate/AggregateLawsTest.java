package dev.tidemark.view.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Position;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What every aggregate has to obey, whatever it computes. */
class AggregateLawsTest {

    private static final ValueType PRICE = ValueType.decimal(10, 2);

    /** An event's input, which may be null, and its place. */
    record Event(Object input, Occurrence at) {}

    /**
     * An aggregate, inputs for it, and the plain computation of its result.
     *
     * @param aggregate the aggregate
     * @param events some events, in no order
     * @param plain the result over a list of events, without partials
     */
    record Sample(Aggregate<?> aggregate, List<Event> events, Function<List<Event>, Object> plain) {

        @SuppressWarnings("unchecked")
        Aggregate<Object> algebra() {
            return (Aggregate<Object>) aggregate;
        }

        Object partial(List<Event> some) {
            Object partial = algebra().identity();
            for (Event event : some) {
                partial = algebra().add(partial, event.input(), event.at());
            }
            return partial;
        }

        void same(Object one, Object other) {
            assertTrue(
                    algebra().agrees(one, other),
                    () -> aggregate + ": " + algebra().finish(one) + " and "
                            + algebra().finish(other));
        }

        List<Event> part(int from, int to) {
            return events.subList(events.size() * from / 3, events.size() * to / 3);
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
        sample.same(algebra.mergeAll(List.of()), algebra.identity());
        sample.same(algebra.mergeAll(Arrays.asList(a, b, c)), algebra.merge(algebra.merge(a, b), c));
    }

    @Property(tries = 600)
    void addingAnInputIsMergingItsPartial(@ForAll("samples") Sample sample) {
        Aggregate<Object> algebra = sample.algebra();
        Object partial = sample.partial(sample.part(0, 2));
        for (Event event : sample.part(2, 3)) {
            Object single = algebra.add(algebra.identity(), event.input(), event.at());
            sample.same(algebra.add(partial, event.input(), event.at()), algebra.merge(partial, single));
        }
    }

    @Property(tries = 600)
    void finishAgreesWithThePlainComputation(@ForAll("samples") Sample sample) {
        Object partial = sample.partial(sample.events());
        Object expected = sample.plain().apply(sample.events());
        assertTrue(
                sample.algebra().accepts(partial, expected),
                () -> sample.aggregate() + ": " + sample.algebra().finish(partial) + " instead of " + expected);
    }

    @Property(tries = 600)
    void whatIsAddedLeavesThePartialAsItWas(@ForAll("samples") Sample sample) {
        Object partial = sample.partial(sample.part(0, 2));
        Object before = sample.algebra().finish(partial);
        for (Event event : sample.part(2, 3)) {
            sample.algebra().add(partial, event.input(), event.at());
        }
        sample.algebra().merge(partial, sample.partial(sample.part(2, 3)));
        sample.algebra().merge(sample.partial(sample.part(2, 3)), partial);
        assertEquals(before, sample.algebra().finish(partial));
    }

    @Property(tries = 600)
    void aStoredPartialComesBack(@ForAll("samples") Sample sample) {
        Object partial = sample.partial(sample.events());
        List<Object> columns = sample.algebra().store(partial);
        assertEquals(sample.aggregate().stored().size(), columns.size());
        sample.same(sample.algebra().load(columns), partial);
    }

    @Provide
    Arbitrary<Sample> samples() {
        Arbitrary<Object> integers = Arbitraries.longs().map(value -> value);
        Arbitrary<Object> few = Arbitraries.longs().between(-3, 3).map(value -> value);
        Arbitrary<Object> prices = Arbitraries.integers().map(cents -> BigDecimal.valueOf(cents, 2));
        // Of one sign: where sums cancel, no relative bound holds for any order of adding doubles.
        Arbitrary<Object> positive =
                Arbitraries.doubles().between(1e-3, 1e9).ofScale(3).map(value -> value);
        Arbitrary<Object> doubles = Arbitraries.oneOf(
                Arbitraries.doubles().between(-1e12, 1e12).ofScale(4).map(value -> value + 0.0),
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
        return Arbitraries.oneOf(
                sample(new Count(), integers, inputs -> (long) inputs.size()),
                sample(Count.ofValues(), Arbitraries.just(true), inputs ->
                        (long) present(inputs).size()),
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
                extremes(ValueType.TIMESTAMP, Arbitraries.integers().map(Instant::ofEpochSecond)),
                sample(new StandardDeviation(), positive, AggregateLawsTest::deviation),
                sample(new StandardDeviation(), Arbitraries.just(0.1), AggregateLawsTest::deviation),
                outermost(ValueType.BIGINT, integers),
                outermost(ValueType.STRING, texts()),
                sample(new DistinctCount(ValueType.BIGINT), few, AggregateLawsTest::distinct),
                sample(new DistinctCount(ValueType.STRING), texts(), AggregateLawsTest::distinct),
                percentiles(ValueType.BIGINT, integers),
                percentiles(ValueType.BIGINT, few),
                percentiles(ValueType.DOUBLE, doubles),
                topItems(ValueType.BIGINT, few),
                topItems(ValueType.STRING, texts()),
                topItems(PRICE, Arbitraries.integers().between(-2, 2).map(cents -> BigDecimal.valueOf(cents, 2))),
                topItems(ValueType.DOUBLE, Arbitraries.of(Double.NaN, 0.0, 1.5, Double.NEGATIVE_INFINITY)),
                topItems(ValueType.BOOLEAN, Arbitraries.of(true, false)),
                topItems(ValueType.DATE, Arbitraries.integers().between(-2, 2).map(LocalDate::ofEpochDay)),
                topItems(
                        ValueType.TIMESTAMP,
                        Arbitraries.integers().between(-2, 2).map(Instant::ofEpochSecond)));
    }

    private static Arbitrary<Object> texts() {
        return Arbitraries.of("", "a", "é", "\uD83D\uDE00", "\uFFFD", "a much longer text")
                .map(text -> text);
    }

    private static Arbitrary<Sample> outermost(ValueType type, Arbitrary<Object> inputs) {
        return Arbitraries.of(true, false).flatMap(last -> events(inputs)
                .map(events -> new Sample(new Outermost(type, last), events, some -> outermost(some, last))));
    }

    private static Arbitrary<Sample> percentiles(ValueType type, Arbitrary<Object> inputs) {
        return Arbitraries.of(0.0, 0.25, 0.5, 0.95, 1.0)
                .flatMap(rank -> sample(new Percentile(type, rank), inputs, values -> percentile(values, rank)));
    }

    private static Arbitrary<Sample> topItems(ValueType type, Arbitrary<? extends Object> inputs) {
        return Arbitraries.of(1, 3, 100)
                .flatMap(k -> sample(new TopItems(type, k), inputs, values -> topItems(values, k)));
    }

    private static Arbitrary<Sample> extremes(ValueType type, Arbitrary<? extends Object> inputs) {
        return Arbitraries.of(true, false)
                .flatMap(greatest -> sample(new Extreme(type, greatest), inputs, values -> extreme(values, greatest)));
    }

    private static Arbitrary<Sample> sample(
            Aggregate<?> aggregate, Arbitrary<? extends Object> inputs, Function<List<Object>, Object> plain) {
        return events(inputs)
                .map(events -> new Sample(
                        aggregate,
                        events,
                        some -> plain.apply(some.stream().map(Event::input).toList())));
    }

    /** Events with equal times among them, in several logs and partitions. */
    private static Arbitrary<List<Event>> events(Arbitrary<? extends Object> inputs) {
        Arbitrary<Object> orNull = inputs.injectNull(0.1).map(value -> (Object) value);
        Arbitrary<Position> places = Combinators.combine(
                        Arbitraries.of("a", "b"), Arbitraries.integers().between(0, 2))
                .as((log, partition) -> new Position(log, partition, 0));
        Arbitrary<Event> events = Combinators.combine(
                        orNull, Arbitraries.longs().between(-2, 2), places)
                .as((input, time, place) -> new Event(input, new Occurrence(time, place)));
        return events.list().ofMaxSize(30).map(AggregateLawsTest::atDifferentOffsets);
    }

    private static List<Event> atDifferentOffsets(List<Event> events) {
        List<Event> placed = new ArrayList<>();
        for (Event event : events) {
            Position position = event.at().position();
            Position own = new Position(position.log(), position.partition(), placed.size());
            placed.add(new Event(event.input(), new Occurrence(event.at().eventTime(), own)));
        }
        return placed;
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

    private static Object deviation(List<Object> inputs) {
        List<Object> values = present(inputs);
        if (values.size() < 2) {
            return null;
        }
        double mean = values.stream().mapToDouble(value -> (Double) value).sum() / values.size();
        boolean equal = values.stream().distinct().count() == 1;
        double squares = values.stream()
                .mapToDouble(value -> Math.pow((Double) value - mean, 2))
                .sum();
        return equal ? 0.0 : Math.sqrt(squares / (values.size() - 1));
    }

    private static Object outermost(List<Event> events, boolean last) {
        List<Event> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparingLong((Event event) -> event.at().eventTime())
                .thenComparing(event -> event.at().position().log())
                .thenComparing(event -> event.at().position().partition())
                .thenComparing(event -> event.at().position().offset()));
        return sorted.isEmpty()
                ? null
                : sorted.get(last ? sorted.size() - 1 : 0).input();
    }

    private static Object distinct(List<Object> inputs) {
        return present(inputs).stream()
                .distinct()
                .filter(value -> !value.equals(""))
                .count();
    }

    private static Object percentile(List<Object> inputs, double rank) {
        List<Object> sorted = new ArrayList<>(present(inputs));
        sorted.removeIf(value -> value.equals(Double.NaN));
        sorted.sort(Values::compare);
        int index = Math.max(0, (int) Math.ceil(rank * sorted.size()) - 1);
        return sorted.isEmpty() ? null : sorted.get(index);
    }

    private static Object topItems(List<Object> inputs, int k) {
        Map<Object, Long> counts = new HashMap<>();
        inputs.forEach(input -> counts.merge(input, 1L, Long::sum));
        return counts.entrySet().stream()
                .map(entry -> new RankedItem(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(RankedItem::count)
                        .reversed()
                        .thenComparing(RankedItem::item, Values::compare))
                .limit(k)
                .toList();
    }

    private static Object extreme(List<Object> inputs, boolean greatest) {
        List<Object> sorted = new ArrayList<>(present(inputs));
        sorted.sort(Values::compare);
        return sorted.isEmpty() ? null : sorted.get(greatest ? sorted.size() - 1 : 0);
    }

    @Test
    void aSumOfIntegersDoesNotWrap() {
        Sum sum = new Sum(ValueType.BIGINT);
        Occurrence at = new Occurrence(0, new Position("log", 0, 0));
        Total twice = sum.add(sum.add(sum.identity(), Long.MAX_VALUE, at), Long.MAX_VALUE, at);
        assertEquals(BigInteger.valueOf(Long.MAX_VALUE).shiftLeft(1), sum.finish(twice));
    }

    @Test
    void stringsAreOrderedByTheirUtf8Bytes() {
        assertTrue(Values.compare("\uD83D\uDE00", "\uFFFD") > 0, "as SQL orders them, unlike String.compareTo");
    }
}
