package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * Somebody has paid with a customer's stolen card: first very little, to see whether it works, and then a lot.
 *
 * @param fraud which theft it is part of, counted from 0
 * @param step 1 for the test of the card, 2 for what follows
 * @param customer whose card it is
 * @param cents what was paid, in hundredths
 */
record StolenPayment(long fraud, int step, int customer, long cents) implements Fact {

    /** The id of the theft. */
    String fraudId() {
        return "f" + fraud;
    }

    @Override
    public String source() {
        return Payment.SOURCE;
    }

    @Override
    public String timeField() {
        return Payment.TIME;
    }

    /** Nothing was ordered in a visit of the shop's: the order is none that the source {@code orders} has. */
    @Override
    public void write(JsonGenerator json) throws IOException {
        String orderId = fraudId() + "-" + step;
        json.writeStringField("payment_id", orderId + "-1");
        json.writeStringField("order_id", orderId);
        json.writeStringField("customer_id", Fact.customerId(customer));
        json.writeStringField("region", Region.of(customer).name());
        json.writeStringField("method", "card");
        json.writeStringField("status", "CAPTURED");
        json.writeStringField("amount", Fact.money(cents));
    }
}
