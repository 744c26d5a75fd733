package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResumePointTest {

    @Test
    void itGoesOnAfterTheLastOffsetWhereNothingIsMissing() {
        assertEquals(8, ResumePoint.firstGap(List.of(covering(3, 3), covering(4, 6), covering(7, 7))));
    }

    @Test
    void itGoesOnAtAHoleThatTheSinkLeft() {
        assertEquals(5, ResumePoint.firstGap(List.of(covering(3, 3), covering(4, 4), covering(7, 7), covering(8, 8))));
    }

    @Test
    void repeatedIncrementsInAnyOrderLeaveNoGap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Increment> increments = new ArrayList<>();
        for (long offset = 10; offset < 110; offset++) {
            for (int copies = random.nextInt(3); copies >= 0; copies--) {
                increments.add(covering(Math.max(10, offset - random.nextInt(4)), offset));
            }
        }
        Collections.shuffle(increments, random);
        assertEquals(110, ResumePoint.firstGap(increments), "seed " + seed);
    }

    private static Increment covering(long from, long offset) {
        return new Increment(new Position("log", 0, offset), from, 0, 0, List.of());
    }
}
