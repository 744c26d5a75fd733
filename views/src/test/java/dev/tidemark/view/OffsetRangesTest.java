package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OffsetRangesTest {

    @Property
    void addingDisjointOffsetsIsTheUnionOfSets(@ForAll("offsets") Set<Long> all, @ForAll long seed) {
        TreeSet<Long> one = new TreeSet<>();
        TreeSet<Long> other = new TreeSet<>();
        all.forEach(offset -> ((Long.hashCode(offset * 31 + seed) & 1) == 0 ? one : other).add(offset));
        assertEquals(new TreeSet<>(all), offsetsOf(rangesOf(one).plus(rangesOf(other))));
        assertEquals(rangesOf(new TreeSet<>(all)), rangesOf(one).plus(rangesOf(other)));
    }

    @Property
    void anOffsetInBothFailsLoudly(@ForAll("offsets") Set<Long> one, @ForAll("offsets") Set<Long> other) {
        boolean overlap = one.stream().anyMatch(other::contains);
        OffsetRanges first = rangesOf(new TreeSet<>(one));
        OffsetRanges second = rangesOf(new TreeSet<>(other));
        if (overlap) {
            assertThrows(OverlapException.class, () -> first.plus(second));
        } else {
            assertEquals(
                    one.size() + other.size(), offsetsOf(first.plus(second)).size());
        }
    }

    @Property
    void takingOffsetsAwayIsTheDifferenceOfSets(
            @ForAll("offsets") Set<Long> all, @ForAll("offset") long a, @ForAll("offset") long b) {
        TreeSet<Long> expected = new TreeSet<>(all);
        expected.subSet(Math.min(a, b), Math.max(a, b)).clear();
        assertEquals(expected, offsetsOf(rangesOf(new TreeSet<>(all)).minus(Math.min(a, b), Math.max(a, b))));
    }

    @Provide
    Arbitrary<Long> offset() {
        return Arbitraries.longs().between(0, 60);
    }

    @Provide
    Arbitrary<Set<Long>> offsets() {
        return offset().set().ofMaxSize(30);
    }

    private static OffsetRanges rangesOf(TreeSet<Long> offsets) {
        OffsetRanges ranges = OffsetRanges.NONE;
        for (long offset : offsets) {
            ranges = ranges.plus(OffsetRanges.of(offset, offset + 1));
        }
        return ranges;
    }

    private static TreeSet<Long> offsetsOf(OffsetRanges ranges) {
        TreeSet<Long> offsets = new TreeSet<>();
        for (long offset = 0; offset < ranges.end(); offset++) {
            if (ranges.contains(offset)) {
                offsets.add(offset);
            }
        }
        return offsets;
    }

    @Test
    void coveragesThatOverlapInOnePartitionOfOneLogCannotBeCombined() {
        Coverage one = Coverage.NONE.plus("log", 0, 0, 10).plus("log", 1, 0, 5);
        Coverage other = Coverage.NONE.plus("log", 0, 10, 20).plus("log", 1, 4, 6);
        assertThrows(OverlapException.class, () -> one.plus(other));
        assertEquals(Map.of("log", Map.of(0, 10L, 1, 5L)), one.end().logs());
        assertEquals(
                OffsetRanges.of(4, 6),
                one.plus(Coverage.NONE.plus("another", 1, 4, 6)).of("another", 1));
    }
}
