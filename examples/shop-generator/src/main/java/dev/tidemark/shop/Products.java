package dev.tidemark.shop;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What the shop knows of its products and no event says: the table {@code examples/shop/data/products.csv}, which orders
 * take the margin from. It is the same for every seed.
 */
public final class Products {

    /** So many as the shop of the example has. */
    private static final int NUMBER = 5_000;

    private static final int LEAST_PERCENT = 10;
    private static final int PERCENT_A_CATEGORY = 2;
    private static final int PERCENTS_WITHIN = 11;

    private Products() {}

    /** Writes the table to the standard output. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        out.print(csv(NUMBER));
        out.flush();
        if (out.checkError()) {
            throw new IOException("the products could not be written");
        }
    }

    /** The first so many products, as CSV with a header. */
    static String csv(int products) {
        StringBuilder csv = new StringBuilder("product_id,category,margin\n");
        for (int product = 1; product <= products; product++) {
            csv.append(Fact.productId(product))
                    .append(',')
                    .append(Category.of(product))
                    .append(',')
                    .append(Fact.money(percent(product)))
                    .append('\n');
        }
        return csv.toString();
    }

    /** What the shop keeps of a product's price, in hundredths of it; each category has a range of its own. */
    private static long percent(int product) {
        int category = Category.of(product).ordinal();
        return LEAST_PERCENT + PERCENT_A_CATEGORY * category + product * 7 % PERCENTS_WITHIN;
    }
}
