package dev.tidemark.shop;

import java.time.Instant;
import java.util.Iterator;
import java.util.PriorityQueue;

/**
 * All that happens in a shop from its opening on, without end, in the order in which it is sent. Visits begin as a
 * Poisson process whose rate follows the {@link Rhythm} of the day; the events of those that run at the same time mingle.
 * Not thread-safe.
 */
public final class ShopTraffic implements Iterator<ShopEvent> {

    /** A provider that has not been answered reports a payment again, after at least so many milliseconds. */
    private static final double REPEATED_AFTER = 2_000;

    private final Chance chance;
    private final Visits visits;
    private final ShopOptions options;
    private final long laterFrom;
    private final double laterRate;
    private final Chance repetition;
    private final Frauds frauds;
    private final PriorityQueue<ShopEvent> pending = new PriorityQueue<>();
    private double nextVisit;

    public ShopTraffic(ShopOptions options) {
        this(options, Instant.MAX, options.rate());
    }

    /** Traffic with another rate from a time on: {@code laterRate} events a second, on the average of a day. */
    public ShopTraffic(ShopOptions options, Instant laterFrom, double laterRate) {
        this.chance = new Chance(options.seed());
        this.visits = new Visits(options, chance);
        // One of its own, so that a shop is otherwise the same whether anything is repeated or not.
        this.repetition = new Chance(options.seed() + 1);
        this.frauds = new Frauds(options, new Chance(options.seed() + 2));
        this.options = options;
        this.laterFrom = laterFrom.equals(Instant.MAX) ? Long.MAX_VALUE : laterFrom.toEpochMilli();
        this.laterRate = laterRate;
        this.nextVisit = options.start().toEpochMilli();
        awaitVisit();
    }

    /** Always: a shop has no end. */
    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public ShopEvent next() {
        while (pending.isEmpty() || nextVisit <= pending.element().sentAt()) {
            visits.next((long) nextVisit).forEach(this::await);
            pending.addAll(frauds.beside((long) nextVisit));
            awaitVisit();
        }
        return pending.remove();
    }

    private void await(ShopEvent event) {
        pending.add(event);
        if (event.source().equals(Payment.SOURCE) && repetition.happens(options.repeatedShare())) {
            pending.add(event.again((long) (REPEATED_AFTER + repetition.wait(REPEATED_AFTER))));
        }
    }

    /** By thinning: visits come as often as at the peak, and each is kept with the probability of its time of day. */
    private void awaitVisit() {
        do {
            double rate = nextVisit < laterFrom ? options.rate() : laterRate;
            nextVisit += chance.wait(1_000 * Visits.EVENTS / (rate * Rhythm.PEAK));
        } while (!chance.happens(Rhythm.at((long) nextVisit) / Rhythm.PEAK));
    }
}
