package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * A page was opened.
 *
 * @param visit on whose way
 * @param step the how many-th click of the visit it is, from 1
 * @param page {@code home}, {@code search}, {@code product}, {@code cart} or {@code checkout}
 * @param product the product that was shown, from 1; 0 for none
 */
record Click(Visit visit, int step, String page, int product) implements Fact {

    static final String SOURCE = "clicks";

    @Override
    public String source() {
        return SOURCE;
    }

    @Override
    public String timeField() {
        return "clicked_at";
    }

    @Override
    public int customer() {
        return visit.customer();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        json.writeStringField("click_id", visit.id() + "-" + step);
        json.writeStringField("visit_id", visit.id());
        json.writeStringField("customer_id", Fact.customerId(customer()));
        json.writeStringField("region", visit.region().name());
        json.writeStringField("device", visit.device());
        json.writeStringField("page", page);
        if (product > 0) {
            json.writeStringField("product_id", Fact.productId(product));
            json.writeStringField("category", Category.of(product).toString());
        }
    }
}
