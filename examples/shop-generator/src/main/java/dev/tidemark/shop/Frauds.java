package dev.tidemark.shop;

import java.util.List;

/**
 * Thefts of cards: a payment of less than 1.00 and, some seconds later, one of more than 500.00 by the same customer. No
 * payment of an order is that small. Not thread-safe.
 */
final class Frauds {

    private static final long LEAST_CENTS = 10;
    private static final long TEST_BELOW_CENTS = 100;
    private static final long LARGE_FROM_CENTS = 50_001;
    private static final long LARGE_BELOW_CENTS = 200_000;

    /** Well within a minute, even where live traffic takes three times as long. */
    private static final long LEAST_MILLIS = 3_000;

    private static final long MOST_MILLIS = 19_000;

    private final Chance chance;
    private final int customers;
    private final double share;
    private long frauds;

    /** @param chance one that decides nothing else, so that a shop is otherwise the same whether anything is stolen or not */
    Frauds(ShopOptions options, Chance chance) {
        this.chance = chance;
        this.customers = options.customers();
        this.share = options.fraudShare();
    }

    /** The events of a theft that begins with a visit, at {@code start}, in milliseconds of the epoch: mostly none. */
    List<ShopEvent> beside(long start) {
        if (!chance.happens(share)) {
            return List.of();
        }
        long fraud = frauds++;
        int customer = 1 + chance.below(customers);
        StolenPayment test = new StolenPayment(fraud, 1, customer, chance.between(LEAST_CENTS, TEST_BELOW_CENTS));
        StolenPayment large =
                new StolenPayment(fraud, 2, customer, chance.between(LARGE_FROM_CENTS, LARGE_BELOW_CENTS));
        return List.of(event(test, start), event(large, start + chance.between(LEAST_MILLIS, MOST_MILLIS)));
    }

    /** What is sent at the same time otherwise has a number from 0 on. */
    private static ShopEvent event(StolenPayment payment, long sentAt) {
        return new ShopEvent(payment, -2 * payment.fraud() - payment.step(), sentAt, 0, Damage.NONE);
    }
}
