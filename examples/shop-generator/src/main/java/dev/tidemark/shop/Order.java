package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * A basket was ordered. All that is in it is of one category.
 *
 * @param visit on whose way
 * @param product the product that came first into the basket
 * @param items how many items are in it
 * @param cents what they cost together, in hundredths
 */
record Order(Visit visit, int product, int items, long cents) implements Fact {

    static final String SOURCE = "orders";

    @Override
    public String source() {
        return SOURCE;
    }

    @Override
    public String timeField() {
        return "ordered_at";
    }

    @Override
    public int customer() {
        return visit.customer();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        json.writeStringField("order_id", visit.orderId());
        json.writeStringField("visit_id", visit.id());
        json.writeStringField("customer_id", Fact.customerId(customer()));
        json.writeStringField("region", visit.region().name());
        json.writeStringField("category", Category.of(product).toString());
        json.writeStringField("product_id", Fact.productId(product));
        json.writeNumberField("items", items);
        json.writeStringField("amount", Fact.money(cents));
    }
}
