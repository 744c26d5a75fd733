package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * An order was paid, or was not because the payment was declined.
 *
 * @param order what is paid
 * @param attempt the how many-th attempt it is, from 1
 * @param method {@code card}, {@code wallet} or {@code invoice}
 * @param captured whether it succeeded
 */
record Payment(Order order, int attempt, String method, boolean captured) implements Fact {

    static final String SOURCE = "payments";
    static final String TIME = "paid_at";

    @Override
    public String source() {
        return SOURCE;
    }

    @Override
    public String timeField() {
        return TIME;
    }

    @Override
    public int customer() {
        return order.customer();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        json.writeStringField("payment_id", order.visit().orderId() + "-" + attempt);
        json.writeStringField("order_id", order.visit().orderId());
        json.writeStringField("customer_id", Fact.customerId(customer()));
        json.writeStringField("region", order.visit().region().name());
        json.writeStringField("method", method);
        json.writeStringField("status", captured ? "CAPTURED" : "DECLINED");
        json.writeStringField("amount", Fact.money(order.cents()));
    }
}
