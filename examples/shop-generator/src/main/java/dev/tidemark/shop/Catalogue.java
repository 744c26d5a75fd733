package dev.tidemark.shop;

import org.apache.commons.rng.sampling.distribution.DiscreteSampler;

/**
 * What the shop sells. The k-th product is asked for in proportion to 1 / k^{@value #EXPONENT}; prices follow Pareto's law
 * from 5.09 on: many are small, some are large.
 */
final class Catalogue {

    /** Of Zipf's law for the products' popularity. */
    static final double EXPONENT = 1.0;

    private static final double LEAST_CENTS = 500;
    private static final double MOST_CENTS = 200_000;
    private static final double PRICE_EXPONENT = 1.3;

    private final long[] cents;
    private final DiscreteSampler popularity;

    /**
     * @param seed decides the prices
     * @param chance decides what is asked for
     */
    Catalogue(int products, long seed, Chance chance) {
        Chance prices = new Chance(seed);
        this.cents = new long[products];
        for (int i = 0; i < products; i++) {
            cents[i] = price(prices.fraction());
        }
        this.popularity = chance.zipf(products, EXPONENT);
    }

    /** Pareto's law by inversion; ends in 9, as prices do. */
    private static long price(double fraction) {
        // StrictMath gives the same digits on every machine.
        double exact = LEAST_CENTS * StrictMath.pow(1 - fraction, -1 / PRICE_EXPONENT);
        return (long) Math.min(exact, MOST_CENTS) / 10 * 10 + 9;
    }

    /** A product that a customer looks for. */
    int product() {
        return popularity.sample();
    }

    /** Another product, or the same once more, of the same category. */
    int productLike(int product) {
        int asked = product() - 1;
        int similar = asked - asked % Category.COUNT + (product - 1) % Category.COUNT;
        return 1 + (similar < cents.length ? similar : similar - Category.COUNT);
    }

    /** What a product costs, in hundredths. */
    long cents(int product) {
        return cents[product - 1];
    }
}
