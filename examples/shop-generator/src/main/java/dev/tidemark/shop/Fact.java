package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;

/** What happened, but for the time. */
sealed interface Fact permits Click, Order, Payment, StolenPayment {

    /** The source whose event it is. */
    String source();

    /** The event's field with its time. */
    String timeField();

    /** Whose doing it is; the record's key. */
    int customer();

    /** Writes every field but the time into an object that is open. */
    void write(JsonGenerator json) throws IOException;

    /** The id of a customer. */
    static String customerId(int customer) {
        return "c" + customer;
    }

    /** The id of a product. */
    static String productId(int product) {
        return "p" + product;
    }

    /** Hundredths as a decimal. */
    static String money(long cents) {
        return BigDecimal.valueOf(cents, 2).toPlainString();
    }
}
