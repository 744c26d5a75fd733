package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One event of a shop, and when it is sent. */
public final class ShopEvent implements Comparable<ShopEvent> {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int TYPICAL_BYTES = 256;

    private final Fact fact;
    private final long number;
    private final long sentAt;
    private final long delay;
    private final Damage damage;

    /**
     * @param number its place among events that are sent at the same time
     * @param sentAt when it is sent, in milliseconds of the epoch
     * @param delay how long before it had happened, in milliseconds
     */
    ShopEvent(Fact fact, long number, long sentAt, long delay, Damage damage) {
        this.fact = fact;
        this.number = number;
        this.sentAt = sentAt;
        this.delay = delay;
        this.damage = damage;
    }

    /** The same event, sent once more so many milliseconds later. */
    ShopEvent again(long after) {
        return new ShopEvent(fact, number, sentAt + after, delay + after, damage);
    }

    /** The source: {@code clicks}, {@code orders} or {@code payments}. */
    public String source() {
        return fact.source();
    }

    /** The record's key: the customer's id, so that a customer's events stay in their order. */
    public byte[] key() {
        return Fact.customerId(fact.customer()).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** When it happened, in milliseconds of the epoch. */
    public long eventTime() {
        return sentAt - delay;
    }

    /** When it is sent, in milliseconds of the epoch: at once, or hours later. */
    public long sentAt() {
        return sentAt;
    }

    /** Whether it is sent hours after it happened. */
    public boolean isLate() {
        return delay >= Visits.LEAST_DELAY;
    }

    /** Whether it is damaged, so that its line is no event of the source. */
    public boolean isMalformed() {
        return damage != Damage.NONE;
    }

    /** The id of the theft of a card that it is one of the two payments of, such as f12; empty of all others. */
    public Optional<String> fraud() {
        return fact instanceof StolenPayment stolen ? Optional.of(stolen.fraudId()) : Optional.empty();
    }

    /** It as a line of JSON, without the line's end. */
    public byte[] line() {
        return line(sentAt);
    }

    /** It as it would be had it been sent at another time, and so had happened as much earlier or later. */
    public byte[] line(long sent) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(TYPICAL_BYTES);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            damage.writeTime(json, fact.timeField(), sent - delay);
            fact.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return damage.applyTo(line.toByteArray());
    }

    Fact fact() {
        return fact;
    }

    /** In the order of sending. */
    @Override
    public int compareTo(ShopEvent other) {
        int byTime = Long.compare(sentAt, other.sentAt);
        return byTime != 0 ? byTime : Long.compare(number, other.number);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShopEvent event
                && fact.equals(event.fact)
                && number == event.number
                && sentAt == event.sentAt
                && delay == event.delay
                && damage == event.damage;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public String toString() {
        return source() + " " + new String(line(), StandardCharsets.UTF_8);
    }
}
