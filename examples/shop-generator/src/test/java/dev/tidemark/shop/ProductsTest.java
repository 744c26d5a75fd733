package dev.tidemark.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference table in {@code examples/shop} and the events of the shop agree. */
class ProductsTest {

    private static final Path FOLDER = Path.of("..", "shop");

    private final ShopOptions options = ShopArguments.read(FOLDER.resolve("shop.args"));

    @Test
    void theTableIsWhatTheGeneratorWrites() throws IOException {
        assertEquals(Products.csv(options.products()), Files.readString(FOLDER.resolve("data/products.csv")));
    }

    @Test
    void itHasEveryProductThatIsOrderedInItsCategory() throws IOException {
        Map<String, String> categories = new HashMap<>();
        List<String> lines = Files.readAllLines(FOLDER.resolve("data/products.csv"));
        lines.stream().skip(1).map(line -> line.split(",")).forEach(row -> categories.put(row[0], row[1]));
        assertEquals(options.products(), categories.size());
        Stream.generate(new ShopTraffic(options)::next)
                .limit(20_000)
                .filter(event -> event.fact() instanceof Order)
                .forEach(event -> {
                    Order order = (Order) event.fact();
                    String category = categories.get(Fact.productId(order.product()));
                    assertEquals(Category.of(order.product()).toString(), category, event::toString);
                });
        assertTrue(lines.stream().skip(1).allMatch(line -> line.matches("p\\d+,[a-z]+,0\\.[1-4]\\d")));
    }
}
