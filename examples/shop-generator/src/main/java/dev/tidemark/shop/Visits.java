package dev.tidemark.shop;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;

/**
 * What customers do in the shop: they land, look at products, some put one into the basket, some of those order, and an
 * order is paid, at the first attempt or not. Not thread-safe.
 */
final class Visits {

    /** Of Zipf's law for how often customers return: the k-th in proportion to 1 / k^0.8. */
    static final double EXPONENT = 0.8;

    static final double ANOTHER_PRODUCT = 0.6;
    static final double FILLS_BASKET = 0.5;
    static final double GOES_TO_CHECKOUT = 0.7;
    static final double ORDERS = 0.85;
    static final double DECLINED = 0.06;
    static final double TRIES_AGAIN = 0.7;

    /** How many events a visit has on average. */
    static final double EVENTS = 1
            + 1 / (1 - ANOTHER_PRODUCT)
            + FILLS_BASKET * (1 + GOES_TO_CHECKOUT * (1 + ORDERS * (2 + DECLINED * TRIES_AGAIN)));

    private static final double ANOTHER_ITEM = 0.4;
    private static final double LANDS_ON_HOME = 0.6;
    private static final double MEAN_PAUSE = 20_000;
    private static final long LEAST_PAUSE = 1_000;
    private static final double MEAN_PAYMENT = 10_000;

    /** Later than any source allows. */
    static final long LEAST_DELAY = 2 * 3_600_000L;

    private static final long MOST_DELAY = 24 * 3_600_000L;

    private final Chance chance;
    private final Catalogue catalogue;
    private final DiscreteSampler customers;
    private final double lateShare;
    private final double malformedShare;
    private long visits;
    private long events;

    Visits(ShopOptions options, Chance chance) {
        this.chance = chance;
        this.catalogue = new Catalogue(options.products(), options.seed(), chance);
        this.customers = chance.zipf(options.customers(), EXPONENT);
        this.lateShare = options.lateShare();
        this.malformedShare = options.malformedShare();
    }

    /** The events of the next visit, which begins at {@code start}, in milliseconds of the epoch. */
    List<ShopEvent> next(long start) {
        Visit visit = new Visit(visits++, customers.sample(), device());
        // A visit is late as a whole: what it led to did not happen before it.
        long delay = chance.happens(lateShare) ? chance.between(LEAST_DELAY, MOST_DELAY) : 0;
        return new Way(visit, start, delay).go();
    }

    private String device() {
        double fraction = chance.fraction();
        if (fraction < 0.6) {
            return "mobile";
        }
        return fraction < 0.95 ? "desktop" : "tablet";
    }

    private String method() {
        double fraction = chance.fraction();
        if (fraction < 0.55) {
            return "card";
        }
        return fraction < 0.85 ? "wallet" : "invoice";
    }

    /** One visit as it goes. */
    private final class Way {

        private final Visit visit;
        private final long delay;
        private final List<ShopEvent> happened = new ArrayList<>();
        private long time;

        Way(Visit visit, long start, long delay) {
            this.visit = visit;
            this.time = start;
            this.delay = delay;
        }

        List<ShopEvent> go() {
            click(chance.happens(LANDS_ON_HOME) ? "home" : "search", 0);
            int product = browse();
            if (chance.happens(FILLS_BASKET)) {
                click("cart", product);
                if (chance.happens(GOES_TO_CHECKOUT)) {
                    click("checkout", 0);
                    if (chance.happens(ORDERS)) {
                        pay(order(product));
                    }
                }
            }
            return happened;
        }

        /** The last product is the one that is bought, if any. */
        private int browse() {
            int product = 0;
            for (int left = chance.timesAtLeastOnce(ANOTHER_PRODUCT); left > 0; left--) {
                product = catalogue.product();
                click("product", product);
            }
            return product;
        }

        private Order order(int product) {
            int items = chance.timesAtLeastOnce(ANOTHER_ITEM);
            long cents = catalogue.cents(product);
            for (int further = 1; further < items; further++) {
                cents += catalogue.cents(catalogue.productLike(product));
            }
            Order order = new Order(visit, product, items, cents);
            add(order);
            return order;
        }

        private void pay(Order order) {
            pause(MEAN_PAYMENT);
            boolean captured = !chance.happens(DECLINED);
            add(new Payment(order, 1, method(), captured));
            if (!captured && chance.happens(TRIES_AGAIN)) {
                pause(MEAN_PAYMENT);
                add(new Payment(order, 2, method(), !chance.happens(DECLINED)));
            }
        }

        private void click(String page, int product) {
            add(new Click(visit, happened.size() + 1, page, product));
            pause(MEAN_PAUSE);
        }

        private void pause(double mean) {
            time += LEAST_PAUSE + (long) chance.wait(mean);
        }

        private void add(Fact fact) {
            Damage damage = chance.happens(malformedShare) ? Damage.kind(chance.below(Damage.KINDS)) : Damage.NONE;
            happened.add(new ShopEvent(fact, events++, time, delay, damage));
        }
    }
}
