package dev.tidemark.shop;

/**
 * One customer's way through the shop.
 *
 * @param number counts the visits from 0
 * @param customer who it is, from 1; the lower, the more often he or she returns
 * @param device {@code mobile}, {@code desktop} or {@code tablet}
 */
record Visit(long number, int customer, String device) {

    String id() {
        return "v" + number;
    }

    /** A visit has one order at most. */
    String orderId() {
        return "o" + number;
    }

    /** Where the customer lives. */
    Region region() {
        return Region.of(customer);
    }
}
