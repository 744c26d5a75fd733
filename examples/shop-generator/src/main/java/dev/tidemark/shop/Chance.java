package dev.tidemark.shop;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/** A source of chance; its algorithm is named, so that a seed means the same on every JDK. Not thread-safe. */
final class Chance {

    private final UniformRandomProvider random;
    private final ContinuousSampler exponential;

    Chance(long seed) {
        this.random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
        this.exponential = ZigguratSampler.Exponential.of(random);
    }

    /** True with this probability. */
    boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    /** A number from 0 on, below {@code end}, each as likely. */
    int below(int end) {
        return random.nextInt(end);
    }

    /** A number from {@code start} on, below {@code end}, each as likely. */
    long between(long start, long end) {
        return start + random.nextLong(end - start);
    }

    /** A number of at least 0 and below 1. */
    double fraction() {
        return random.nextDouble();
    }

    /** How long it takes until something happens that has no memory. */
    double wait(double mean) {
        return mean * exponential.sample();
    }

    /** One, and one more each time that a throw with this probability of another one succeeds. */
    int timesAtLeastOnce(double another) {
        int times = 1;
        while (happens(another)) {
            times++;
        }
        return times;
    }

    /** Numbers from 1 to {@code most}: the k-th with a probability in proportion to 1 / k^exponent (Zipf's law). */
    DiscreteSampler zipf(int most, double exponent) {
        return RejectionInversionZipfSampler.of(random, most, exponent);
    }
}
