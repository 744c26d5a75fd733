package dev.tidemark.shop;

import java.time.Instant;

/**
 * All that decides what happens in a shop: the same options give the same events.
 *
 * @param seed chooses one of the shops that the other options allow
 * @param start when the shop opens, to the millisecond
 * @param rate events a second, of all sources together, on the average of a day
 * @param products how many products it sells
 * @param customers how many customers it has
 * @param lateShare the share of visits, from 0 to 1, that are reported hours after they happened
 * @param malformedShare the share of events, from 0 to 1, that are damaged on their way
 * @param repeatedShare the share of payments, from 0 to 1, that are reported twice
 * @param fraudShare how many cards are stolen, as a share of the visits, from 0 to 1
 */
public record ShopOptions(
        long seed,
        Instant start,
        double rate,
        int products,
        int customers,
        double lateShare,
        double malformedShare,
        double repeatedShare,
        double fraudShare) {

    /** @throws IllegalArgumentException naming the option, what was found and what would be accepted */
    public ShopOptions {
        require(rate > 0 && rate <= 1e6, "rate", rate, "a number above 0, up to 1,000,000");
        // Each category has at least one product.
        require(products >= Category.COUNT, "products", products, "a whole number from " + Category.COUNT);
        require(customers >= 1, "customers", customers, "a whole number from 1");
        require(isShare(lateShare), "late", lateShare, "a share from 0 to 1");
        require(isShare(malformedShare), "malformed", malformedShare, "a share from 0 to 1");
        require(isShare(repeatedShare), "repeated", repeatedShare, "a share from 0 to 1");
        require(isShare(fraudShare), "fraud", fraudShare, "a share from 0 to 1");
    }

    private static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }

    private static void require(boolean holds, String option, Object found, String accepted) {
        if (!holds) {
            throw new IllegalArgumentException("--%s is %s; %s is expected".formatted(option, found, accepted));
        }
    }
}
